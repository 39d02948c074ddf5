import type { Page } from 'playwright-core';
import type { Room } from '../../client/index.ts';
import type { CollaborationServer } from '../../server/index.ts';
import { bundle, openPage, roomFor } from './programs.ts';
import { startServer, tokenFor } from './server.ts';
import { until } from './until.ts';

/** What a page with an editor in it has for its test. */
export interface Bound {
  room: Room;
  /** What the editor has, which may be more than it shows. */
  text(): string;
  /** Changes it past its user, as a program would that knows nothing of the room. */
  put(text: string): void;
  scroll(): number;
  scrollTo(top: number): void;
}

declare global {
  var bound: Bound;
}

export interface Editor {
  name: string;
  body: string;
  script: Promise<string>;
  focus(page: Page): Promise<void>;
}

const begin = `
  import { connect } from 'tutti/client';
  const room = connect(location.origin, { token: globalThis.token }).room('song:42');
`;
const program = (text: string) => bundle({ text: `${begin}\n${text}`, loader: 'ts' });

export const textArea: Editor = {
  name: 'A text area',
  body: '<textarea rows="10" cols="40" style="font: 16px/20px monospace; height: 200px; width: 400px"></textarea>',
  script: program(`
    import { bindTextarea } from 'tutti/textarea';
    const element = document.querySelector('textarea')!;
    bindTextarea(element, room);
    globalThis.bound = {
      room,
      text: () => element.value,
      put: (text) => void (element.value = text),
      scroll: () => element.scrollTop,
      scrollTo: (top) => void (element.scrollTop = top),
    };
  `),
  focus: (page) => page.locator('textarea').focus(),
};

export const codeMirror: Editor = {
  name: 'CodeMirror 6',
  body: '<style>.cm-editor { height: 200px }</style><main></main>',
  script: program(`
    import * as state from '@codemirror/state';
    import { EditorView, ViewPlugin } from '@codemirror/view';
    import { tutti } from 'tutti/codemirror';
    const doc = globalThis.begin ?? room.text.text;
    const more = globalThis.more?.({ state, view: { ViewPlugin } }, room) ?? [];
    const view = new EditorView({ doc, extensions: [more, tutti(room)], parent: document.querySelector('main')! });
    globalThis.view = view;
    globalThis.bound = {
      room,
      text: () => view.state.doc.toString(),
      put: (insert) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert } }),
      scroll: () => view.scrollDOM.scrollTop,
      scrollTo: (top) => void (view.scrollDOM.scrollTop = top),
    };
  `),
  focus: (page) => page.locator('.cm-content').focus(),
};

export const monaco: Editor = {
  name: 'Monaco',
  body: '<main style="height: 200px; width: 600px"></main>',
  script: program(`
    import { editor } from 'monaco-editor';
    import { bindMonaco } from 'tutti/monaco';
    const made = editor.create(document.querySelector('main')!, { language: 'plaintext' });
    bindMonaco(made, room);
    globalThis.made = made;
    globalThis.bound = {
      room,
      text: () => made.getValue(),
      put: (text) => made.setValue(text),
      scroll: () => made.getScrollTop(),
      scrollTo: (top) => made.setScrollTop(top),
    };
  `),
  focus: (page) => page.evaluate(() => (globalThis as never as { made: { focus(): void } }).made.focus()),
};

export const react: Editor = {
  name: 'React’s text area',
  body: '<main></main>',
  script: bundle({
    loader: 'tsx',
    text: `
      import { StrictMode } from 'react';
      import { createRoot } from 'react-dom/client';
      import { Client } from 'tutti/client';
      import { RoomProvider, TuttiProvider, useDocument, useText } from 'tutti/react';
      const client = new Client(location.origin, { token: globalThis.token });
      const style = { font: '16px/20px monospace', height: 200, width: 400 };
      function Song() {
        const text = useText();
        return <form><textarea title={useDocument().text.slice(0, 9)} {...text} style={style} /><button type="reset">Reset</button></form>;
      }
      const element = () => document.querySelector('textarea')!;
      globalThis.bound = {
        room: client.room('song:42'),
        text: () => element()?.value,
        put: (text) => void (element().value = text),
        scroll: () => element().scrollTop,
        scrollTo: (top) => void (element().scrollTop = top),
      };
      createRoot(document.querySelector('main')!).render(
        <StrictMode><TuttiProvider client={client}><RoomProvider id="song:42"><Song /></RoomProvider></TuttiProvider></StrictMode>,
      );
    `,
  }),
  focus: (page) => page.locator('textarea').focus(),
};

export const editors = [textArea, react, codeMirror, monaco];

/** An editor of Ada's in a window, on the song of which Cleo has a room. */
export async function open(
  { body, script }: Editor,
  { text = '', role = 'editor' }: { text?: string; role?: string } = {},
): Promise<{ ada: Page; cleo: Room; server: CollaborationServer; complaints: string[] }> {
  const server = await startServer();
  const cleo = roomFor(server, 'cleo', '42');
  if (text) cleo.text.insert(0, text);
  await cleo.text.stored();
  const token = tokenFor({ sub: 'ada', name: 'Ada', rooms: { '*': role } });
  const { page, complaints } = await openPage(server, { token, script: await script, body });
  await until(() => cleo.participants.length === 2);
  await has(page, text);
  return { ada: page, cleo, server, complaints };
}

/** Waits until an editor has a text, all of it. */
export async function has(page: Page, text: string): Promise<void> {
  await until(() => page.evaluate((expected) => globalThis.bound?.text() === expected, text));
}

/** Resolves when a page has drawn what it has to draw. */
export async function drawn(page: Page): Promise<void> {
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
}
