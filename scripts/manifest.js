/**
 * Writes what the command line needs to answer quickly: oclif's manifest, so that a command loads
 * no other command, and the help texts, so that --help loads no oclif at all; and which targets
 * run in a sandbox.
 * `node scripts/manifest.js DIST`: the folder of a build.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [, , dist = 'dist'] = process.argv;
// Before oclif is loaded: it asks for the width only once.
process.env.OCLIF_COLUMNS = '80';
process.env.NO_COLOR = '1';
const { Config, Help, Plugin } = await import('@oclif/core');

// oclif's root is the folder of the build: what stands in package.json is meant from there.
const root = fileURLToPath(new URL(`../${dist}/`, import.meta.url));
const pjson = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
rmSync(join(root, 'oclif.manifest.json'), { force: true });

const plugin = new Plugin({
  ...{ root, pjson, isRoot: true, type: 'core', ignoreManifest: true },
  ...{ errorOnManifestCreate: true, respectNoCacheDefault: true },
});
await plugin.load();
const { manifest } = plugin;

class Collected extends Help {
  text = '';
  log(line = '') {
    this.text += `${line}\n`;
  }
}

const config = await Config.load({ root, pjson });
const texts = {};
for (const name of ['', ...Object.keys(manifest.commands)]) {
  const page = new Collected(config, { stripAnsi: true });
  await page.showHelp(name === '' ? [] : [name]);
  // The machine that shows it is not the one that builds.
  texts[name] = page.text.replace(config.userAgent, '{version}');
}
const help = { version: `${pjson.name}/${pjson.version}`, texts };
// For these a sandbox can be made ready while the command line is still being read.
const { loadTargets } = await import(new URL('src/registry.js', `file://${root}`).href);
const sandboxed = [...(await loadTargets()).values()]
  .filter(({ testbed }) => testbed === 'netns')
  .map(({ name }) => name);
writeFileSync(join(root, 'oclif.manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
writeFileSync(join(root, 'sandboxed.json'), `${JSON.stringify(sandboxed)}\n`);
writeFileSync(join(root, 'help.json'), `${JSON.stringify(help, null, 2)}\n`);
