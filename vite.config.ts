/** The page, from client/web into dist/web. `npm run dev` serves it while one works on it. */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where the server listens that `npm run dev` starts. */
const target = `http://localhost:${process.env.PORT || 3000}`;

export default defineConfig({
  root: 'client/web',
  // The server puts what is before its paths into the page.
  base: './',
  plugins: [react()],
  build: {
    outDir: '../../dist/web',
    emptyOutDir: true,
    target: 'es2023',
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      input: { index: 'client/web/index.html', sw: 'client/web/offline/worker.ts' },
      // A service worker's name never changes.
      output: { entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js') },
    },
  },
  // In this form Vite passes the page's own host on, with which the server compares its origin.
  server: { proxy: { '/api': { target }, '/socket.io': { target, ws: true } } },
});
