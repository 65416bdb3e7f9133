// client.store, method by method. See ../../sdk-methods.test.mjs.
import {expect} from 'vitest';

const root = () => crypto.randomUUID();

export const store = {
  putItem: {
    'keeps an item, refuses a label with a period, and puts over what was there': async ({client: {store}}) => {
      const space = [root(), 'b'];
      await store.putItem(space, 'k', {v: 1}, {index: false, ttl: 5});
      const first = await store.getItem(space, 'k');
      await store.putItem(space, 'k', {v: 2});
      const second = await store.getItem(space, 'k');
      expect(second).toMatchObject({value: {v: 2}, createdAt: first.createdAt});
      expect(second.updatedAt > first.updatedAt).toBe(true);
      await expect(store.putItem(['a.b'], 'k', {})).rejects.toThrow(/periods/);
    },
  },

  getItem: {
    'gives the item, or null': async ({client: {store}}) => {
      const space = [root()];
      await store.putItem(space, 'clé', {v: 1}, {ttl: 5});
      expect(await store.getItem(space, 'clé', {refreshTtl: true})).toMatchObject({
        namespace: space,
        key: 'clé',
        value: {v: 1},
        createdAt: expect.any(String),
        updatedAt: expect.any(String),
      });
      expect(await store.getItem(space, 'missing')).toBeNull();
    },
  },

  deleteItem: {
    'removes it, as often as told': async ({client: {store}}) => {
      const space = [root()];
      await store.putItem(space, 'k', {v: 1});
      await store.deleteItem(space, 'k');
      await store.deleteItem(space, 'k');
      expect(await store.getItem(space, 'k')).toBeNull();
    },
  },

  searchItems: {
    'lists what is below a prefix, filtered, in pages': async ({client: {store}}) => {
      const space = root();
      for (const v of [1, 2, 3]) await store.putItem([space, `${v}`], `k${v}`, {v});
      const keys = async (options) => (await store.searchItems([space], options)).items.map(({key}) => key);
      expect(await keys()).toEqual(['k3', 'k2', 'k1']);
      expect(await keys({filter: {v: {$gt: 1}}, limit: 1, offset: 1})).toEqual(['k2']);
      expect((await store.searchItems([space, '1'])).items).toMatchObject([
        {key: 'k1', value: {v: 1}, createdAt: expect.any(String)},
      ]);
    },
  },

  listNamespaces: {
    'lists them by prefix, suffix and depth': async ({client: {store}}) => {
      const space = root();
      for (const label of ['a', 'b']) await store.putItem([space, label], 'k', {});
      const list = async (options) => (await store.listNamespaces(options)).namespaces;
      expect(await list({prefix: [space]})).toEqual([
        [space, 'a'],
        [space, 'b'],
      ]);
      expect(await list({prefix: [space], suffix: ['b']})).toEqual([[space, 'b']]);
      expect(await list({prefix: [space], maxDepth: 1})).toEqual([[space]]);
    },
  },
};
