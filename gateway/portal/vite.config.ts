import vue from '@vitejs/plugin-vue';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

// The oldest browser that the portal runs on. tests/portal/built.test.mjs reads the built files for newer syntax.
const BROWSER_FLOOR = 'chrome87';

// YAOSHI_URL: the gateway that `npm run preview` passes calls on to.
const gateway = process.env.YAOSHI_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [vue()],
  resolve: { alias: { '@': fileURLToPath(new URL('src', import.meta.url)) } },
  // The composition API alone.
  define: { __VUE_OPTIONS_API__: false, __VUE_I18N_LEGACY_API__: false },
  build: {
    outDir: '../../build/portal',
    emptyOutDir: true,
    target: BROWSER_FLOOR,
    cssTarget: BROWSER_FLOOR,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1600,
  },
  server: { proxy: { '/v1': gateway, '/openapi.json': gateway } },
});
