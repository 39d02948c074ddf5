import assert from 'node:assert/strict';
import { Network, type Peer } from './network.ts';

/** Ann and Bob in a room that holds a text. */
export function story(text = '') {
  const network = new Network('ann', 'bob');
  const [ann, bob] = network.peers as [Peer, Peer];
  network.settle();
  if (text) ann.type(0, text);
  network.settle();
  return { network, room: network.room, ann, bob };
}

/** Someone's next message reaches the server. */
export function submit(network: Network, peer: Peer): void {
  peer.send();
  network.room.receive(peer);
}

/** All news reach someone. */
export function hear(peer: Peer): void {
  while (peer.down.length > 0) peer.receive();
}

export function assertAll({ room, ann, bob }: ReturnType<typeof story>, expected: string): void {
  const { text } = room;
  assert.deepEqual([text, ann.text.text, bob.text.text, ann.shown, bob.shown], Array(5).fill(expected));
}
