import { userInfo } from 'node:os';
import { createInterface, type Interface } from 'node:readline';
import { Command } from 'commander';
import type { TextOperation } from '../../shared/documents/text/operation.ts';
import type { Entry } from '../../shared/documents/type.ts';
import { parseRoomId, type RoomId } from '../../shared/rooms.ts';
import { signToken } from '../access/signing.ts';
import { configFromEnvironment } from '../config.ts';
import { runLine } from './connect/commands.ts';
import { playDemo } from './connect/demo.ts';
import { Edits } from './connect/edits.ts';
import { type News, Visit } from './connect/visit.ts';
import { commandInWords, inWords } from './connect/words.ts';
import { type PlaceOptions, placeFrom, type ServerPlace, withPlaceOptions } from './place.ts';
import { printableJson, printableLine } from './printable.ts';

export const connectCommand = withPlaceOptions(new Command('connect'))
  .description(
    'Take part in a room from the terminal: who is there, what is written and said scrolls by. What you type is said to all; /help lists what else can be done.',
  )
  .argument('[room]', 'such as song:42, session:friday or channel:band', 'song:hello')
  .option('-u, --url <url>', 'the server', 'http://localhost:3000')
  .option('-t, --token <token>', 'who one is (default: a host, by a token made as `tutti token` would)')
  .option('-n, --name <name>', 'the name that others see, with a token of one’s own making', userInfo().username)
  .option('--demo', 'others come, and play a lively room by themselves')
  .option('--json', 'what happens as a JSON object a line, for scripts')
  .addHelpText(
    'after',
    `
It ends with /quit, or with its input.

Examples:
  tutti connect song:42
  tutti connect --demo
  tutti connect session:friday --url https://songs.example --token "$TOKEN"
  echo '/insert 0 Hello' | tutti connect song:42 --json`,
  )
  .action(visitRoom);

interface ConnectOptions extends PlaceOptions {
  url: string;
  name: string;
  token?: string;
  demo?: true;
  json?: true;
}

async function visitRoom(room: string, options: ConnectOptions): Promise<void> {
  const { url, name, token, demo, json } = options;
  const server = { url, ...placeFrom(options) };
  const room_id = parseRoomId(room);
  const config = configFromEnvironment(process.env);
  const tokenOf = (sub: string, name: string) =>
    token ?? signToken(config, { sub, name, rooms: { [room_id]: 'host' } });
  const { stdin: input, stdout: output } = process;
  const isTerminal = input.isTTY && output.isTTY && !json;
  const reader = createInterface({ input, ...(isTerminal && { output, prompt: '> ' }) });
  // Whoever read it, such as `head`, has read enough.
  output.once('error', () => process.exit());
  const edits = new Edits((user_id, words) => print(`${visit.nameOf(user_id)}: ${words}`));
  const visit = new Visit(server, tokenOf(name, name), room_id, json ? (news) => print(printableJson(news)) : tell);
  visit.ended.then(() => {
    process.exitCode = 1;
    reader.close();
  });
  const endDemo = demo ? bringOthers(server, room_id, tokenOf) : undefined;
  try {
    await takeLines(reader, visit, json ? (answer) => print(printableJson(answer)) : answerInWords);
    if (demo && !isTerminal) await visit.ended;
  } finally {
    edits.flush();
    endDemo?.();
    reader.close();
    visit.client.disconnect();
  }

  function tell(news: News): void {
    if (news.event === 'collaboration_update') for (const entry of news.operations) tellOf(entry);
    else for (const line of inWords(news, visit)) print(line);
  }

  function tellOf({ user_id, operation }: Pick<Entry, 'user_id' | 'operation'>): void {
    if (Array.isArray(operation)) edits.made(user_id, operation as TextOperation);
    else print(`${visit.nameOf(user_id)}: ${commandInWords(operation as object)}`);
  }

  function answerInWords(answer: Answer): void {
    edits.flush();
    if (answer.event === 'refused') print(answer.message);
    else for (const line of answer.lines) print(line);
  }

  /** Above the line that is being typed, which stays as it is. */
  function print(line: string): void {
    if (isTerminal) output.write('\r\x1b[K');
    console.log(printableLine(line));
    if (isTerminal) reader.prompt(true);
  }
}

/** What came of a line that was typed. */
type Answer = { event: 'answer'; line: string; lines: string[] } | { event: 'refused'; line: string; message: string };

/** Does what each line says, one after the other, until /quit or the end of the input. */
async function takeLines(reader: Interface, visit: Visit, answer: (answer: Answer) => void): Promise<void> {
  // From the beginning, or lines are lost.
  const typed = reader[Symbol.asyncIterator]();
  await visit.joined;
  for (let next = await typed.next(); !next.done; next = await typed.next()) {
    const line = next.value;
    if (line.trim() === '/quit') return;
    if (line.trim() === '') continue;
    try {
      const lines = await runLine(visit, line);
      answer({ event: 'answer', line, lines });
    } catch (error) {
      answer({ event: 'refused', line, message: error instanceof Error ? error.message : String(error) });
    }
  }
}

function bringOthers(server: ServerPlace, room_id: RoomId, tokenOf: (sub: string, name: string) => string): () => void {
  const names = ['Ada', 'Ben', 'Cleo'];
  return playDemo(
    server,
    room_id,
    names.map((name) => tokenOf(`demo-${name.toLowerCase()}`, name)),
  );
}
