/** What the page says in German, by its English words. A new text is a line here: what has none does not compile. */
export const german = {
  // The frame of every page.
  Songs: 'Lieder',
  'New song': 'Neues Lied',
  'New session': 'Neue Session',
  'New set list': 'Neue Setliste',
  'Forget {title}': '{title} vergessen',
  Share: 'Teilen',
  Close: 'Schließen',
  Copy: 'Kopieren',
  Copied: 'Kopiert',
  Someone: 'Jemand',
  Chat: 'Chat',
  'Connecting…': 'Verbindet…',
  Connected: 'Verbunden',
  'Connected · {latency} ms': 'Verbunden · {latency} ms',
  'Connecting again…': 'Verbindet wieder…',
  'Not connected': 'Nicht verbunden',
  '{name} is typing…': '{name} schreibt…',
  '{one} and {other} are typing…': '{one} und {other} schreiben…',
  '{count} people are typing…': '{count} Leute schreiben…',
  '{what}: less': '{what}: weniger',
  '{what}: more': '{what}: mehr',

  // Whether what was written is saved.
  Saved: 'Gespeichert',
  'Saving…': 'Speichert…',
  'Saving, little by little…': 'Speichert nach und nach…',
  'Not saved': 'Nicht gespeichert',
  'Kept on this device': 'Auf diesem Gerät behalten',
  'Not kept: leave it open': 'Nicht behalten: offen lassen',
  'The song is as long as it may be. What you wrote last is still here, and is saved when there is room for it: make the song shorter, or take it along.':
    'Das Lied ist so lang, wie es sein darf. Was du zuletzt geschrieben hast, ist noch da, und wird gespeichert, sobald Platz dafür ist: kürze das Lied, oder nimm es mit.',
  'As many people are here as there may be. What you wrote is still here, and is saved when there is room for you.':
    'Hier sind so viele Leute, wie es sein dürfen. Was du geschrieben hast, ist noch da, und wird gespeichert, sobald Platz für dich ist.',
  'The server can not save at the moment. What you wrote is still here, and is saved as soon as that works.':
    'Der Server kann gerade nicht speichern. Was du geschrieben hast, ist noch da, und wird gespeichert, sobald das geht.',
  'The server does not take what you wrote last. It is still here: take it along, and load the page again.':
    'Der Server nimmt nicht an, was du zuletzt geschrieben hast. Es ist noch da: nimm es mit, und lade die Seite neu.',
  'Copy the text': 'Text kopieren',
  'Download the text': 'Text herunterladen',
  'Not allowed: download it': 'Nicht erlaubt: lade ihn herunter',

  // Why one is not in.
  'You are offline.': 'Du bist offline.',
  'You are not in yet.': 'Du bist noch nicht drin.',
  'You are not in here.': 'Du bist hier nicht drin.',
  'Go on writing: it is kept here, and sent when you are back.':
    'Schreib weiter: es bleibt hier, und wird gesendet, wenn du wieder da bist.',
  'Go on writing: it stays in this window, and is sent when you are back.':
    'Schreib weiter: es bleibt in diesem Fenster, und wird gesendet, wenn du wieder da bist.',
  'Next try in {seconds} s': 'Nächster Versuch in {seconds} s',
  'Try now': 'Jetzt versuchen',
  'Try again': 'Noch einmal versuchen',
  'Come in as a guest': 'Als Gast hereinkommen',
  'Your link does not let you in any more: it is not whole, or its time is over. Ask for a new one.':
    'Dein Link lässt dich nicht mehr herein: er ist nicht vollständig, oder abgelaufen. Bitte um einen neuen.',
  'The link does not let you in: it is not whole, it was revoked, or its time is over. Ask for a new one.':
    'Der Link lässt dich nicht herein: er ist nicht vollständig, zurückgenommen, oder abgelaufen. Bitte um einen neuen.',
  'You need a link from somebody who is in. Ask for one.':
    'Du brauchst einen Link von jemandem, der drin ist. Bitte um einen.',
  'The link has let in as many people as it may. Ask for a new one.':
    'Der Link hat so viele Leute hereingelassen, wie er darf. Bitte um einen neuen.',
  'Many people came from where you are. Wait a little.': 'Von dort, wo du bist, kamen viele Leute. Warte ein wenig.',
  'The server does not answer. It may be away, or your device may be offline.':
    'Der Server antwortet nicht. Vielleicht ist er weg, oder dein Gerät ist offline.',
  'The link that you opened does not work: it is not whole, or its time is over. You are here as before.':
    'Der Link, den du geöffnet hast, geht nicht: er ist nicht vollständig, oder abgelaufen. Du bist hier wie zuvor.',
  'There is a new version of this page.': 'Es gibt eine neue Fassung dieser Seite.',
  'What you wrote is sent when it is loaded.': 'Was du geschrieben hast, wird gesendet, wenn sie geladen ist.',
  'Load it again': 'Neu laden',
  'Nobody has given you access, or it was taken away. Ask who is in for a link.':
    'Niemand hat dir Zugang gegeben, oder er wurde zurückgenommen. Bitte jemanden, der drin ist, um einen Link.',
  'What you wrote last is not saved. It is still here: take it along.':
    'Was du zuletzt geschrieben hast, ist nicht gespeichert. Es ist noch da: nimm es mit.',
  'A host has removed you.': 'Ein Host hat dich entfernt.',
  'Your role here was withdrawn.': 'Deine Rolle hier wurde zurückgenommen.',
  'It is open in another window.': 'Es ist in einem anderen Fenster offen.',
  'It is full, and guests make room for those who belong here.':
    'Es ist voll, und Gäste machen denen Platz, die hierher gehören.',
  'It was deleted.': 'Es wurde gelöscht.',
  'This song was deleted.': 'Dieses Lied wurde gelöscht.',
  'What you see is on this device alone.': 'Was du siehst, ist nur noch auf diesem Gerät.',
  'It can not be kept as a new song. {why}': 'Es kann nicht als neues Lied behalten werden. {why}',
  'Keep as a new song': 'Als neues Lied behalten',
  'This browser keeps nothing for this page: what is not saved yet is lost when the window closes.':
    'Dieser Browser behält nichts für diese Seite: was noch nicht gespeichert ist, geht mit dem Fenster verloren.',
  'It may be full, or a private window.': 'Vielleicht ist er voll, oder das Fenster privat.',
  'You are here to read: only the sheet can be changed, for yourself.':
    'Du bist zum Lesen hier: nur das Blatt lässt sich ändern, für dich.',
  'What you had written is kept on this device, and sent when you may write.':
    'Was du geschrieben hattest, bleibt auf diesem Gerät, und wird gesendet, wenn du schreiben darfst.',

  // What was declined.
  'The server does not take this.': 'Das nimmt der Server nicht an.',
  'The server does not know who you are. Ask for a new link.':
    'Der Server weiß nicht, wer du bist. Bitte um einen neuen Link.',
  'You may not do this here.': 'Das darfst du hier nicht.',
  'It is not here any more.': 'Es ist nicht mehr hier.',
  'It has changed meanwhile. Try again.': 'Es hat sich inzwischen geändert. Versuch es noch einmal.',
  'It is too long.': 'Es ist zu lang.',
  'This was too often. Wait a moment, and try again.': 'Das war zu oft. Warte kurz, und versuch es noch einmal.',
  'You have this open in too many windows. Close some of them.':
    'Du hast das in zu vielen Fenstern offen. Schließ ein paar davon.',
  'As many people are here as there may be.': 'Hier sind so viele Leute, wie es sein dürfen.',
  'The server has made a mistake. Try again.': 'Der Server hat einen Fehler gemacht. Versuch es noch einmal.',
  'The server does not answer at the moment. Try again.': 'Der Server antwortet gerade nicht. Versuch es noch einmal.',

  // Where there is nothing, and where the page fails.
  'There is nothing here': 'Hier ist nichts',
  'No song and no session has this address. It may have been cut short, or have a slip in it.':
    'Diese Adresse hat kein Lied und keine Session. Vielleicht ist sie abgeschnitten, oder ein Fehler ist darin.',
  'Open {address}': '{address} öffnen',
  'This page has made a mistake': 'Diese Seite hat einen Fehler gemacht',
  'It can not show the song as it should. The text is all there: write on here, or take it along.':
    'Sie kann das Lied nicht zeigen, wie sie soll. Der Text ist ganz da: schreib hier weiter, oder nimm ihn mit.',
  'What you see here can not be shown as it should be. Nothing of it is lost.':
    'Was hier ist, kann nicht gezeigt werden, wie es soll. Nichts davon ist verloren.',
  'Show the page again': 'Seite wieder zeigen',
  'What you wrote is kept on this device, as far as it was saved there.':
    'Was du geschrieben hast, bleibt auf diesem Gerät, soweit es hier gespeichert war.',

  // Sharing.
  Host: 'Host',
  Write: 'Schreiben',
  'Only read': 'Nur lesen',
  'You are a guest here, and guests invite nobody. Ask who sent you the link.':
    'Du bist hier zu Gast, und Gäste laden niemanden ein. Frag, wer dir den Link geschickt hat.',
  'No link can be made. {why} Who has access of their own can open this address.':
    'Es lässt sich kein Link machen. {why} Wer eigenen Zugang hat, kann diese Adresse öffnen.',
  'Whoever opens the link may': 'Wer den Link öffnet, darf',
  'Make a link': 'Link machen',
  'A link is good for 30 days, and is shown only on the device where it was made.':
    'Ein Link gilt 30 Tage, und ist nur auf dem Gerät zu sehen, auf dem er gemacht wurde.',
  Link: 'Link',
  Links: 'Links',
  'This browser does not let the page copy. The link is selected: copy it yourself.':
    'Dieser Browser lässt die Seite nicht kopieren. Der Link ist markiert: kopier ihn selbst.',
  'by {name}': 'von {name}',
  '{count} of {most} guests, until {date}': '{count} von {most} Gästen, bis {date}',
  'Revoke “{role}” by {name}': '„{role}“ von {name} zurücknehmen',
  Revoke: 'Zurücknehmen',
  'People here': 'Leute hier',
  Removed: 'Entfernt',
  Remove: 'Entfernen',
  'Remove {name}': '{name} entfernen',
  'Let in again': 'Wieder hereinlassen',
  'Let {name} in again': '{name} wieder hereinlassen',

  // People.
  'Who is here': 'Wer hier ist',
  'All {count} people': 'Alle {count} Leute',
  Guest: 'Gast',
  '{name}, a guest': '{name}, zu Gast',
  '{name}, you: change name and colour': '{name}, du: Namen und Farbe ändern',
  'Follow {name}': '{name} folgen',
  'Follow {name}, a guest': '{name}, zu Gast, folgen',
  'Stop following {name}': '{name} nicht mehr folgen',
  You: 'Du',
  Name: 'Name',
  Colour: 'Farbe',
  Berry: 'Beere',
  Brick: 'Ziegel',
  Amber: 'Bernstein',
  Moss: 'Moos',
  Pine: 'Kiefer',
  Lagoon: 'Lagune',
  Indigo: 'Indigo',
  Plum: 'Pflaume',
  Save: 'Speichern',
  'Not all that you wrote is saved.': 'Nicht alles, was du geschrieben hast, ist gespeichert.',
  'Sign out': 'Abmelden',
  'Sign out and lose it': 'Abmelden und es verlieren',

  // Chat.
  'Chat, {count} new': 'Chat, {count} neu',
  'Close the chat': 'Chat schließen',
  Messages: 'Nachrichten',
  Message: 'Nachricht',
  'Say something': 'Sag etwas',
  Send: 'Senden',
  'Nobody has said anything yet.': 'Noch hat niemand etwas gesagt.',
  'Earlier messages': 'Frühere Nachrichten',
  'You are here to read.': 'Du bist zum Lesen hier.',
  'This could not be done. {why}': 'Das ging nicht. {why}',
  'This was not said. {why}': 'Das wurde nicht gesagt. {why}',
  'This is said when you are connected.': 'Das wird gesagt, sobald du verbunden bist.',
  '(the rest is not shown)': '(der Rest wird nicht gezeigt)',

  // A song.
  'A new song': 'Ein neues Lied',
  'Words, with the [G]chords in brackets': 'Worte, mit den [G]Akkorden in Klammern',
  'The song in ChordPro': 'Das Lied in ChordPro',
  Read: 'Lesen',
  Views: 'Ansichten',
  'Following {name}': 'Du folgst {name}',
  'Following {name}, who has no cursor yet': 'Du folgst {name}, noch ohne Cursor',
  Stop: 'Aufhören',
  'The song, set': 'Das Lied, gesetzt',
  'The sheet ends here, for it would be too long. All of the song is in the editor.':
    'Das Blatt endet hier, sonst wäre es zu lang. Das ganze Lied steht im Editor.',
  Untitled: 'Ohne Titel',
  '{what} (1 line for other programs)': '{what} (1 Zeile für andere Programme)',
  '{what} ({count} lines for other programs)': '{what} ({count} Zeilen für andere Programme)',
  'Key of {key}': 'Tonart {key}',
  'Capo {fret}': 'Kapo {fret}',
  'Chords: {chords}': 'Akkorde: {chords}',
  'Frets {frets}': 'Bünde {frets}',
  'Keys {keys}': 'Tasten {keys}',
  'The sheet': 'Das Blatt',
  Key: 'Tonart',
  Capo: 'Kapo',
  Size: 'Größe',
  Print: 'Drucken',
  'The text': 'Der Text',
  Undo: 'Rückgängig',
  Redo: 'Wiederholen',
  'For everyone': 'Für alle',
  'As written': 'Wie geschrieben',
  Chords: 'Griffe',
  Source: 'Quelltext',
  Stage: 'Bühne',

  // On stage.
  'On stage: {title}': 'Auf der Bühne: {title}',
  'Leave the stage': 'Die Bühne verlassen',
  'Song before': 'Lied davor',
  'Next song': 'Nächstes Lied',
  '{at} of {count}': '{at} von {count}',
  'Scroll by itself': 'Von selbst weiterrollen',
  Scroll: 'Rollen',
  Speed: 'Tempo',
  Lead: 'Führen',

  // A set list.
  'A new set list': 'Eine neue Setliste',
  'What the set list is called': 'Wie die Setliste heißt',
  'No song is in it yet.': 'Noch ist kein Lied darin.',
  '{title}: up': '{title}: hinauf',
  '{title}: down': '{title}: hinunter',
  'Take {title} out': '{title} herausnehmen',
  'Play {title}': '{title} spielen',
  'Add a song': 'Ein Lied dazu',
  'Search your songs': 'Deine Lieder durchsuchen',
  'Songs that you have opened on this device are found here.':
    'Hier sind Lieder, die du auf diesem Gerät geöffnet hast.',

  // The songs of a device.
  'Your songs': 'Deine Lieder',
  Search: 'Suchen',
  'Search songs': 'Lieder suchen',
  'Title of this song': 'Titel dieses Liedes',
  Rename: 'Umbenennen',
  'Delete {title}': '{title} löschen',
  Bin: 'Papierkorb',
  'Bin ({count})': 'Papierkorb ({count})',
  'What is in it goes by itself after 30 days.': 'Was darin ist, geht nach 30 Tagen von selbst.',
  'Put back': 'Zurücklegen',
  'Put back {title}': 'Zurücklegen: {title}',
  'All on this server': 'Alles auf diesem Server',
  'Delete {title} for everybody': '{title} für alle löschen',
  More: 'Mehr',

  // Files.
  'Import and export': 'Import und Export',
  'A file replaces the song, for everybody; undo brings it back. Plain lyrics with chords above them become ChordPro.':
    'Eine Datei ersetzt das Lied, für alle; Rückgängig bringt es wieder. Worte mit Akkorden darüber werden ChordPro.',
  'A song to import': 'Ein Lied zum Importieren',
  'Import a file': 'Datei importieren',
  'Export ChordPro': 'ChordPro exportieren',
  'Export lyrics with chords': 'Worte mit Akkorden exportieren',
  'Nothing was replaced.': 'Nichts wurde ersetzt.',
  'This file can not be read.': 'Diese Datei lässt sich nicht lesen.',
  'This is a PDF. Copy the song out of it as text, and paste it into the editor.':
    'Das ist ein PDF. Kopier das Lied als Text heraus, und füg es in den Editor ein.',
  'This is a document or an archive, no text. Save the song as plain text first.':
    'Das ist ein Dokument oder ein Archiv, kein Text. Speichere das Lied erst als reinen Text.',
  'This is a document of a word processor. Save the song as plain text first.':
    'Das ist ein Dokument einer Textverarbeitung. Speichere das Lied erst als reinen Text.',
  'This is formatted text (RTF). Save the song as plain text first.':
    'Das ist formatierter Text (RTF). Speichere das Lied erst als reinen Text.',
  'This is a picture.': 'Das ist ein Bild.',
  'This is a MIDI file.': 'Das ist eine MIDI-Datei.',
  'This is a recording.': 'Das ist eine Aufnahme.',
  'This is no text: nothing in it can be read.': 'Das ist kein Text: nichts darin lässt sich lesen.',
  'This file is larger than any song: 1 MB at most.': 'Diese Datei ist größer als jedes Lied: höchstens 1 MB.',
  'This file is empty.': 'Diese Datei ist leer.',

  // A session.
  'Session {name}': 'Session {name}',
  Player: 'Player',
  Position: 'Stelle',
  Play: 'Abspielen',
  Pause: 'Pause',
  Next: 'Weiter',
  'Nothing plays': 'Nichts spielt',
  'Sound is on': 'Ton ist an',
  'Turn the sound on': 'Ton anschalten',
  'This browser has no sound for the page.': 'Dieser Browser hat keinen Ton für die Seite.',
  'Playing, for everybody at once': 'Spielt, für alle zugleich',
  Paused: 'Angehalten',
  Stopped: 'Zu Ende',
  'Add a tune to begin with': 'Nimm zum Anfang ein Stück auf',
  'Press play when everybody is here': 'Spiel ab, wenn alle da sind',
  'A host begins': 'Ein Host fängt an',
  Queue: 'Warteschlange',
  'The queue is empty.': 'Die Warteschlange ist leer.',
  'Vote for {title}, {count} so far': 'Für {title} stimmen, bisher {count}',
  you: 'du',
  'Add a tune': 'Ein Stück aufnehmen',
  'Add a song of yours': 'Eines deiner Lieder aufnehmen',
  'Add the song {title}': 'Das Lied {title} aufnehmen',
  'Add a link': 'Einen Link aufnehmen',
  Address: 'Adresse',
  'It begins with https://': 'Sie beginnt mit https://',
  'Open the link': 'Link öffnen',
  Metronome: 'Metronom',
  Scores: 'Punkte',
  'Guess the tune: no team has a point yet.': 'Ratet das Stück: noch hat kein Team einen Punkt.',
  Team: 'Team',
  'A new team': 'Ein neues Team',
  Add: 'Dazu',
} as const;
