// Assembles web/dist, the folder that agenthost serves: our pages plus the few library files they load.
// No bundler: what is in the repository is what the browser runs. Nothing here or there needs a network.
import {cp, mkdir, readFile, rm, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const web = dirname(fileURLToPath(import.meta.url));
const from = (...parts) => join(web, ...parts);
const to = (...parts) => join(web, 'dist', ...parts);
const library = (name) => from('node_modules', name);

// Redoc's credit line loads its logo from a CDN; an empty image keeps the page off the network.
const kRedocLogo = 'https://cdn.redoc.ly/redoc/logo-mini.svg';
const kEmptyImage = 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==';

async function copyScript(source, name, replace = (text) => text) {
  const text = await readFile(source, 'utf8');
  const unmapped = text.replace(/^\/[/*]# sourceMappingURL=.*$/m, '');
  await writeFile(to('assets', name), replace(unmapped));
}

function withoutRedocLogo(text) {
  if (!text.includes(kRedocLogo)) throw new Error(`redoc no longer names ${kRedocLogo}: look what it loads now`);
  return text.replaceAll(kRedocLogo, kEmptyImage);
}

await rm(to(), {recursive: true, force: true});
await mkdir(to('assets'), {recursive: true});
await cp(from('playground'), to('playground'), {recursive: true});
await cp(from('docs', 'swagger.html'), to('docs', 'index.html'));
await cp(from('docs', 'redoc.html'), to('redoc', 'index.html'));
await Promise.all([
  cp(from('icon.svg'), to('assets', 'icon.svg')),
  cp(from('docs', 'swagger.js'), to('assets', 'swagger.js')),
  cp(from('docs', 'redoc.css'), to('assets', 'redoc.css')),
  copyScript(join(library('swagger-ui-dist'), 'swagger-ui-bundle.js'), 'swagger-ui-bundle.js'),
  copyScript(join(library('swagger-ui-dist'), 'swagger-ui.css'), 'swagger-ui.css'),
  copyScript(join(library('redoc'), 'bundles', 'redoc.standalone.js'), 'redoc.standalone.js', withoutRedocLogo),
  copyScript(join(library('marked'), 'lib', 'marked.esm.js'), 'marked.js'),
  copyScript(join(library('dompurify'), 'dist', 'purify.es.mjs'), 'purify.js'),
  cp(join(library('swagger-ui-dist'), 'LICENSE'), to('assets', 'swagger-ui.LICENSE.txt')),
  cp(join(library('redoc'), 'LICENSE'), to('assets', 'redoc.LICENSE.txt')),
  cp(join(library('marked'), 'LICENSE'), to('assets', 'marked.LICENSE.txt')),
  cp(join(library('dompurify'), 'LICENSE'), to('assets', 'dompurify.LICENSE.txt')),
]);
