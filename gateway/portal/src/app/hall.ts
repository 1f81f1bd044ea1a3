// The full-screen mode of the command hall: large, without the head, brought up to date by itself.
import { ref } from 'vue';

export const hall = ref(false);

document.addEventListener('fullscreenchange', () => {
  hall.value = document.fullscreenElement !== null;
});

export async function toggleHall(): Promise<void> {
  if (document.fullscreenElement) await document.exitFullscreen();
  else await document.documentElement.requestFullscreen();
}
