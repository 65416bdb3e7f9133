// client.assistants, method by method. See ../../sdk-methods.test.mjs.
import {expect} from 'vitest';
import {failure_of} from '../graphs.mjs';

const kAgent = 'fe096781-5601-53d2-b2f6-0d3403f7e9ca';
const named = (nodes) => nodes.map(({id}) => id);
const tag = () => crypto.randomUUID();

export const assistants = {
  get: {
    'finds a graph by its name, under its well-known id': async ({client}) => {
      expect(await client.assistants.get('agent')).toMatchObject({
        assistant_id: kAgent,
        graph_id: 'agent',
        name: 'agent',
        version: 1,
        config: {},
        context: {},
        metadata: {created_by: 'system'},
      });
      expect(await client.assistants.get('hitl')).toMatchObject({assistant_id: 'd2a02ed8-fb92-5e43-81ea-cb78d82caa2f'});
    },
  },

  getGraph: {
    'draws a graph, and the graphs inside as deep as asked': async ({client}) => {
      const {nodes, edges} = await client.assistants.getGraph('weather');
      expect(named(nodes)).toContain('weather_graph');
      expect(edges).toContainEqual({source: '__start__', target: 'router_node', conditional: false});
      const depth = async (xray) => named((await client.assistants.getGraph('nested', {xray})).nodes);
      expect(await depth(true)).toContain('gp_two:p_two:c_one');
      expect(await depth(1)).toContain('gp_two:p_one');
      expect(await depth(1)).not.toContain('gp_two:p_two:c_one');
    },
  },

  getSchemas: {
    'tells what goes in, what comes out and what may be configured': async ({client}) => {
      expect(await client.assistants.getSchemas('agent')).toMatchObject({
        graph_id: 'agent',
        input_schema: {type: 'object', properties: {messages: {type: 'array'}}},
        state_schema: {type: 'object', properties: {messages: {type: 'array'}}},
        config_schema: {properties: {model_name: {type: 'string'}}},
      });
      const {context_schema} = await client.assistants.getSchemas('simple_runtime');
      expect(context_schema.properties.model.enum).toEqual(['anthropic', 'openai', 'unknown']);
    },
  },

  getSubgraphs: {
    'names the graphs inside, at any depth, or one of them': async ({client}) => {
      const names = async (options) => Object.keys(await client.assistants.getSubgraphs('nested', options));
      expect(await names()).toEqual(['gp_two']);
      expect(await names({recurse: true})).toEqual(['gp_two', 'gp_two|p_two']);
      expect(await names({namespace: 'gp_two'})).toEqual(['gp_two']);
      expect(await names({namespace: 'nobody'})).toEqual([]);
      const {gp_two} = await client.assistants.getSubgraphs('nested');
      expect(gp_two).toMatchObject({state_schema: {type: 'object'}, input_schema: {type: 'object'}});
    },
  },

  create: {
    'makes one with everything given, and refuses a second of its id unless told to do nothing': async ({client}) => {
      const given = {graphId: 'hitl', assistantId: tag(), name: 'first', description: 'what it is for'};
      const made = await client.assistants.create({...given, config: {tags: ['a']}, metadata: {m: 1}});
      expect(made).toMatchObject({
        assistant_id: given.assistantId,
        graph_id: 'hitl',
        name: 'first',
        description: 'what it is for',
        version: 1,
        config: {tags: ['a']},
        metadata: {m: 1},
      });
      expect((await failure_of(client.assistants.create(given))).status).toBe(409);
      expect(await client.assistants.create({...given, name: 'second', ifExists: 'do_nothing'})).toEqual(made);
      expect((await failure_of(client.assistants.create({graphId: 'nobody'}))).status).toBe(404);
    },
  },

  update: {
    'replaces the configuration, merges the metadata and counts a version': async ({client}) => {
      const {assistant_id} = await client.assistants.create({
        graphId: 'echo',
        config: {configurable: {k: 1}},
        metadata: {m: 1},
      });
      const change = {config: {configurable: {k: 2}}, context: {c: 1}, metadata: {n: 2}, name: 'new'};
      expect(await client.assistants.update(assistant_id, change)).toMatchObject({
        graph_id: 'echo',
        version: 2,
        name: 'new',
        config: {configurable: {k: 2}},
        context: {c: 1},
        metadata: {m: 1, n: 2},
      });
    },
  },

  delete: {
    'removes it, with its threads when told to': async ({client, talk}) => {
      const {assistant_id} = await client.assistants.create({graphId: 'echo'});
      const thread_id = await talk.thread();
      await client.runs.wait(thread_id, assistant_id, {input: {messages: []}});
      await client.assistants.delete(assistant_id, {deleteThreads: true});
      expect((await failure_of(client.assistants.get(assistant_id))).status).toBe(404);
      expect((await failure_of(client.threads.get(thread_id))).status).toBe(404);
    },
  },

  search: {
    'finds by graph, name and metadata, sorted, in pages, with the members asked for': async ({client}) => {
      expect(await client.assistants.search({graphId: 'agent', metadata: {created_by: 'system'}})).toMatchObject([
        {assistant_id: kAgent},
      ]);
      const metadata = {tag: tag()};
      for (const name of ['B one', 'a two', 'C one']) await client.assistants.create({graphId: 'par', name, metadata});
      const names = async (query) => (await client.assistants.search({metadata, ...query})).map(({name}) => name);
      expect(await names({sortBy: 'name', sortOrder: 'asc'})).toEqual(['B one', 'C one', 'a two']);
      expect(await names({name: 'ONE'})).toEqual(['C one', 'B one']);
      expect(await names({graphId: 'hitl'})).toEqual([]);
      expect(await client.assistants.search({metadata, limit: 1, select: ['name', 'graph_id']})).toEqual([
        {name: 'C one', graph_id: 'par'},
      ]);
      const page = (offset) => client.assistants.search({metadata, limit: 2, offset, includePagination: true});
      expect(await page(0)).toMatchObject({assistants: [{}, {}], next: '2'});
      expect(await page(2)).toMatchObject({assistants: [{}], next: null});
    },
  },

  count: {
    'counts what a search would find': async ({client}) => {
      const metadata = {tag: tag()};
      for (const graphId of ['par', 'par', 'hitl']) await client.assistants.create({graphId, metadata});
      expect(await client.assistants.count({metadata})).toBe(3);
      expect(await client.assistants.count({metadata, graphId: 'par'})).toBe(2);
    },
  },

  getVersions: {
    'lists them, newest first': async ({client}) => {
      const {assistant_id} = await client.assistants.create({graphId: 'hitl', name: 'v1', metadata: {m: 1}});
      await client.assistants.update(assistant_id, {name: 'v2'});
      const versions = await client.assistants.getVersions(assistant_id);
      expect(versions.map(({version, name}) => [version, name])).toEqual([
        [2, 'v2'],
        [1, 'v1'],
      ]);
      expect(await client.assistants.getVersions(assistant_id, {limit: 1, offset: 1})).toMatchObject([{version: 1}]);
    },
  },

  setLatest: {
    'brings back everything an old version had': async ({client}) => {
      const first = {graphId: 'hitl', name: 'first', config: {tags: ['a']}, context: {k: 1}};
      const {assistant_id} = await client.assistants.create(first);
      await client.assistants.update(assistant_id, {name: 'second', config: {}, context: {k: 2}});
      const back = {version: 1, name: 'first', config: {tags: ['a']}, context: {k: 1}};
      expect(await client.assistants.setLatest(assistant_id, 1)).toMatchObject(back);
      expect(await client.assistants.get(assistant_id)).toMatchObject(back);
      expect((await failure_of(client.assistants.setLatest(assistant_id, 9))).status).toBe(404);
    },
  },
};
