import './page.css';
import { connect } from 'tutti/client';
import { TuttiProvider, yjs } from 'tutti/yjs';
import * as Y from 'yjs';

// The name is in the page's address: `/quill?name=Ada`.
const { pathname, search, origin } = location;
const name = new URLSearchParams(search).get('name') ?? 'Guest';
const colors = ['#b45309', '#15803d', '#0e7490', '#1d4ed8', '#7e22ce', '#be123c'];
const color = colors[[...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % colors.length] ?? '#555555';
export const user = { name, color, colorLight: `${color}33` };

const token = async () => (await fetch(`/token${search}`)).text();
const client = connect(origin, { basePath: '/tutti', token, documents: [yjs('note')] });

/** What an editor is bound to: each has a document of its own. */
export const doc = new Y.Doc();
export const provider = new TuttiProvider(client, `note:${pathname.slice(1)}`, doc);
provider.awareness.setLocalStateField('user', user);

export const parent = document.createElement('div');
document.querySelector('main')?.append(parent);

const output = document.querySelector('output');
const say = () => {
  if (output) output.textContent = provider.synced ? 'Saved' : provider.status;
};
provider.on('sync', say);
provider.on('status', say);
