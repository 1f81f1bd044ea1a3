// A large page is drawn piece by piece, a frame each, so that the browser can paint and answer in between.
import { onBeforeUnmount, onMounted, ref, type Ref } from 'vue';

/** How many of the pieces are to be drawn by now: one at first, in the end all of them. */
export function useStages(pieces: number): Ref<number> {
  const drawn = ref(1);
  let frame = 0;
  const next = (): void => {
    frame = requestAnimationFrame(() => {
      drawn.value++;
      if (drawn.value < pieces) next();
    });
  };
  onMounted(next);
  onBeforeUnmount(() => cancelAnimationFrame(frame));
  return drawn;
}
