import * as Y from 'yjs';
import { Client, type ClientOptions } from '../../client/index.ts';
import { type ProviderOptions, TuttiProvider, yjs } from '../../client/yjs/index.ts';
import { cleanup } from './cleanup.ts';
import { tokenFor } from './server.ts';
import { until } from './until.ts';

/** Who writes in a document of Yjs, as an application has it. */
export interface Writer {
  client: Client;
  provider: TuttiProvider;
  doc: Y.Doc;
  text: Y.Text;
}

/** Someone who opens a room of kind `note`. It ends with the test. */
export function writer(
  server: { url: string },
  claims: object,
  {
    room_id = 'note:1',
    doc = new Y.Doc(),
    ...options
  }: ProviderOptions & ClientOptions & { room_id?: string; doc?: Y.Doc } = {},
): Writer {
  const client = new Client(server.url, { token: tokenFor(claims), documents: [yjs('note')], ...options });
  client.connect();
  cleanup(() => client.disconnect());
  const provider = new TuttiProvider(client, room_id, doc, options);
  cleanup(() => provider.destroy());
  return { client, provider, doc, text: doc.getText('text') };
}

export const synced = ({ provider }: Writer) => until(() => provider.synced);
