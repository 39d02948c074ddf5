import type { Visit } from './visit.ts';
import { contentOf } from './words.ts';

interface Command {
  usage: string;
  help: string;
  /** What follows the command's name; its groups are what run() takes. */
  form: RegExp;
  run(visit: Visit, ...groups: string[]): Promise<string[] | undefined>;
}

const commands: Record<string, Command> = {
  insert: {
    usage: '<at> <text>',
    help: 'write into the song; places count characters, \\n ends a line',
    form: /^(\d+) (.+)$/,
    run: (visit, at, text = '') =>
      visit.operate({ type: 'insert', position: Number(at), content: text.replaceAll('\\n', '\n') }),
  },
  delete: {
    usage: '<at> <count>',
    help: 'delete characters of the song',
    form: /^(\d+) (\d+)$/,
    run: (visit, at, count) => visit.operate({ type: 'delete', position: Number(at), length: Number(count) }),
  },
  cursor: {
    usage: '<at> [<head>] | off',
    help: 'show your cursor or a selection, or hide it',
    form: /^(?:(\d+)(?: (\d+))?|off)$/,
    async run({ client, room_id }, at, head) {
      const position = head === undefined ? Number(at) : { anchor: Number(at), head: Number(head) };
      await client.request('cursor_update', { room_id, position: at === undefined ? null : position });
    },
  },
  show: {
    usage: '',
    help: 'what the room has now',
    form: /^$/,
    run: async (visit) => contentOf(await visit.state()),
  },
  who: {
    usage: '',
    help: 'who is here',
    form: /^$/,
    run: async ({ people }) => people.map(({ name, user_id, role }) => `${name} (${user_id}), ${role}`),
  },
  queue: {
    usage: '<track> [<title>]',
    help: 'in a session: add a track',
    form: /^(\S+)(?: (.+))?$/,
    run: (visit, track_id, title) => visit.operate({ type: 'queue_track', track_id, ...(title && { title }) }),
  },
  vote: {
    usage: '<track> [off]',
    help: 'in a session: vote for a track, or take that back',
    form: /^(\S+)( off)?$/,
    run: (visit, track_id, off) => visit.operate({ type: 'vote_track', track_id, vote: off ? 0 : 1 }),
  },
  play: {
    usage: '[<track>]',
    help: 'in a session, as host; so are /pause, /skip, /stop',
    form: /^(\S+)?$/,
    run: (visit, track_id) =>
      visit.operate({ type: 'playback_control', action: 'play', ...(track_id && { track_id }) }),
  },
  pause: control('pause'),
  skip: control('skip'),
  stop: control('stop'),
  score: {
    usage: '<team> <points>',
    help: 'in a session, as host: add to a team’s score',
    form: /^(\S+) (-?\d+)$/,
    run: (visit, team, points) => visit.operate({ type: 'score_update', team, delta: Number(points) }),
  },
  op: {
    usage: '<json>',
    help: 'any other operation, as docs/PROTOCOL.md has them',
    form: /^(.+)$/,
    run: (visit, json = '') => visit.operate(JSON.parse(json)),
  },
  help: {
    usage: '',
    help: 'this',
    form: /^$/,
    run: async () => helpLines,
  },
};

/** What can be typed, for people. */
const helpLines = [
  'Type to say something. Commands:',
  ...Object.entries(commands).flatMap(([name, { usage, help }]) =>
    help === '' ? [] : `  ${`/${name} ${usage}`.padEnd(28)}${help}`,
  ),
  `  ${'/quit'.padEnd(28)}leave`,
];

/** Does what a line says; a line without a slash is said to all. Returns what is to be read. Throws what went wrong. */
export async function runLine(visit: Visit, line: string): Promise<string[]> {
  const [, name, rest = ''] = /^\/(\S*) *(.*)$/.exec(line) ?? [];
  if (name === undefined) {
    await say(visit, line);
    return [];
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw new Error(`no command /${name}: /help lists them`);
  // Spaces at the end may be meant.
  const match = command.form.exec(rest) ?? command.form.exec(rest.trimEnd());
  if (!match) throw new Error(`/${name} ${command.usage}`);
  return (await command.run(visit, ...match.slice(1))) ?? [];
}

/** In a feed what is said is kept, elsewhere it is gone when it was heard. */
async function say(visit: Visit, text: string): Promise<void> {
  const { client, room_id } = visit;
  if (visit.holds === 'feed') await visit.operate({ type: 'message.new', text });
  else await client.request('broadcast_message', { room_id, message: text });
}

function control(action: string): Command {
  return { usage: '', help: '', form: /^$/, run: (visit) => visit.operate({ type: 'playback_control', action }) };
}
