import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { bundle } from './programs.ts';

/** A component as a page, compiled and mounted by the framework that is installed in the project. */
export type Mount = (project: string, component: string) => Promise<string>;

/** What needs no compiler. */
export const mountScript: Mount = (project, component) => bundle({ text: component, loader: 'ts' }, project);

/** In StrictMode, which mounts everything twice. */
export const mountReact: Mount = (project, component) => {
  const text = component.replace(/\.render\(\n(.*),\n\);/s, '.render(<StrictMode>$1</StrictMode>);');
  assert.notEqual(text, component);
  return bundle({ text: `import { StrictMode } from 'react';\n${text}`, loader: 'tsx' }, project);
};

export const mountVue: Mount = (project, component) => {
  const { parse, compileScript } = compilerOf(project, 'vue/compiler-sfc');
  const { content } = compileScript(parse(component).descriptor, { id: 'song', inlineTemplate: true });
  writeFileSync(join(project, 'Song.vue.js'), content);
  const text = "import { createApp } from 'vue'; import Song from './Song.vue.js'; createApp(Song).mount('main');";
  return bundle({ text, loader: 'ts' }, project);
};

export const mountSvelte: Mount = (project, component) => {
  const { compile, VERSION } = compilerOf(project, 'svelte/compiler');
  writeFileSync(join(project, 'Song.svelte.js'), compile(component, { css: 'injected' }).js.code);
  const target = "{ target: document.querySelector('main') }";
  const mount = VERSION.startsWith('4.') ? `new Song(${target})` : `mount(Song, ${target})`;
  const imported = VERSION.startsWith('4.') ? '' : "import { mount } from 'svelte';";
  return bundle({ text: `${imported} import Song from './Song.svelte.js'; ${mount};`, loader: 'ts' }, project);
};

/** What we use of the compilers of both. */
interface Compiler {
  parse(source: string): { descriptor: object };
  compileScript(descriptor: object, options: object): { content: string };
  compile(source: string, options: object): { js: { code: string } };
  VERSION: string;
}

function compilerOf(project: string, name: string): Compiler {
  return createRequire(join(project, 'package.json'))(name) as Compiler;
}
