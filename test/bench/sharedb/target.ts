import { type as textUnicode } from 'ot-text-unicode';
import WebSocket from 'ws';
import { startProcess } from '../../support/process.ts';
import { keystroke } from '../keystroke.ts';
import { onCore } from '../machine.ts';
import { install, installed } from '../others.ts';
import { deploy, type Target } from '../target.ts';

/** Where it is, once it is installed. */
const folder = 'test/bench/sharedb';
const command = [...onCore(0), process.execPath, `${folder}/server.js`];
const collection = 'songs';

/** What its server sends of what a client must know. */
interface Message {
  a: string;
  /** The version that an operation was made at, after which the document has one more. */
  v: number;
  /** Whose an operation is, and which of theirs. */
  src: string;
  seq: number;
  data?: { v: number };
  error?: { message: string };
}

/** ShareDB, in memory. */
export const sharedb: Target = {
  async start(given = {}) {
    if (!installed(folder)) install(folder, 'ShareDB');
    return deploy('alone', () => startProcess(command, given));
  },

  enter: async (url, user_id) => shake(url, user_id),

  /** Each client has its `client_id` as the name of its connection; the first one creates the text, by its operation 1. */
  async connect(url, { client_id, room_id }, observer) {
    const socket = await shake(url, client_id);
    const received = { bytes: 0, messages: 0 };
    const say = (message: object) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ c: collection, d: room_id, ...message }));
    };
    let version = 0;
    let joined: () => void = () => {};
    socket.on('message', (data: Buffer) => {
      received.messages += 1;
      received.bytes += data.length + (data.length < 126 ? 2 : 4);
      const message: Message = JSON.parse(String(data));
      if (message.error) observer.refused(message.error.message);
      else if (message.a === 's') {
        version = message.data?.v ?? 0;
        if (version > 0) joined();
        else say({ a: 'op', v: 0, seq: 1, x: {}, create: { type: textUnicode.uri, data: '' } });
      } else if (message.a === 'op') {
        version = message.v + 1;
        if (message.seq === 1) joined();
        else observer.arrived(message.src, message.seq - 1);
      }
    });
    socket.on('close', () => observer.refused('the connection was closed'));
    await new Promise<void>((resolve) => {
      joined = resolve;
      say({ a: 's', v: null });
    });
    return {
      type: (sequence) => say({ a: 'op', v: version, seq: sequence + 1, x: {}, op: keystroke(version - 1) }),
      move() {},
      tell() {},
      received: () => received,
      close: () => socket.removeAllListeners('close').terminate(),
    };
  },
};

/** Resolves with a connection of that name. */
function shake(url: string, name: string): Promise<WebSocket & { close(): void }> {
  const socket = new WebSocket(url.replace('http', 'ws'), { perMessageDeflate: false });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('open', () => socket.send(JSON.stringify({ a: 'hs', id: name, protocol: 1, protocolMinor: 2 })));
    socket.on('message', function hear(data: Buffer) {
      if (JSON.parse(String(data)).a !== 'hs') return;
      socket.off('message', hear);
      resolve(socket);
    });
  });
}
