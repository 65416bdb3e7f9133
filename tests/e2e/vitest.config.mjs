import {defineConfig} from 'vitest/config';

export default defineConfig({
  test: {
    include: ['*.test.mjs'],
    pool: 'forks',
    poolOptions: {forks: {maxForks: 2}},
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
