import {defineConfig} from 'vitest/config';

export default defineConfig({
  test: {
    include: ['*.test.mjs'],
    pool: 'forks',
    // Node.js 20 has a WebSocket, but behind this flag.
    poolOptions: {forks: {maxForks: 2, execArgv: ['--experimental-websocket']}},
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
