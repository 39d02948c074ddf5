import type { Rooms } from '../rooms/rooms.ts';

/** Robert Burns, 1788; the tune is older still. In the public domain. */
const auldLangSyne = `{title: Auld Lang Syne}
{subtitle: Robert Burns, 1788}
{key: G}
{time: 4/4}
{tempo: 84}

{start_of_verse: Verse 1}
Should [G]auld acquaintance [D7]be forgot,
And [G]never brought to [C]mind?
Should [G]auld acquaintance [D7]be forgot,
And [C]auld [D7]lang [G]syne?
{end_of_verse}

{start_of_chorus}
For [G]auld lang [D7]syne, my jo,
For [G]auld lang [C]syne,
We'll [G]tak a cup o' [D7]kindness yet,
For [C]auld [D7]lang [G]syne.
{end_of_chorus}

{start_of_verse: Verse 2}
And [G]surely ye'll be [D7]your pint-stowp,
And [G]surely I'll be [C]mine!
And we'll [G]tak a cup o' [D7]kindness yet,
For [C]auld [D7]lang [G]syne.
{end_of_verse}

{start_of_verse: Verse 3}
We [G]twa hae run a[D7]bout the braes,
And [G]pu'd the gowans [C]fine;
But we've [G]wander'd mony a [D7]weary fit,
Sin' [C]auld [D7]lang [G]syne.
{end_of_verse}

{start_of_verse: Verse 4}
We [G]twa hae paidl'd [D7]in the burn,
Frae [G]morning sun till [C]dine;
But [G]seas between us [D7]braid hae roar'd
Sin' [C]auld [D7]lang [G]syne.
{end_of_verse}

{start_of_verse: Verse 5}
And there's a [G]hand, my [D7]trusty fiere!
And [G]gie's a hand o' [C]thine!
And we'll [G]tak a right gude-[D7]willie waught,
For [C]auld [D7]lang [G]syne.
{end_of_verse}
`;

/** A song to begin with, where nobody has written one: demo mode shows something at its first start. */
export async function plantSong(rooms: Rooms): Promise<void> {
  const room = await rooms.open('', 'song:auld-lang-syne');
  if (room.reading.state('', 'viewer').epoch !== '') return;
  // Of several instances that start together, one plants it: the same sequence is committed once.
  const author = { user_id: '', client_id: 'demo', role: 'service' } as const;
  await room.append({ operation: [auldLangSyne], revision: 0, sequence: 1 }, () => author);
}
