import vue from '@vitejs/plugin-vue';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

// The oldest browser that the portal runs on. tests/portal/built.test.mjs reads the built files for newer syntax.
const BROWSER_FLOOR = 'chrome87';

// YAOSHI_URL: the gateway that `npm run preview` passes calls on to.
const gateway = process.env.YAOSHI_URL ?? 'http://127.0.0.1:8080';

/** Writes "x.gz" beside each file "x", so that a gateway need not compress them at its start. */
const packed = (): Plugin => ({
  name: 'packed',
  writeBundle({ dir = '' }, bundle) {
    for (const [name, file] of Object.entries(bundle)) {
      const content = file.type === 'chunk' ? file.code : file.source;
      writeFileSync(join(dir, `${name}.gz`), gzipSync(content, { level: 9 }));
    }
  },
});

export default defineConfig({
  plugins: [vue(), packed()],
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
