import assert from 'node:assert/strict';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { sharedBoard } from '../../client/board.ts';
import { Client } from '../../client/index.ts';
import * as tutti from '../../client/react/index.ts';

/** All that the hooks say, as JSON. */
function Everything() {
  const { ref: _, onChange: __, ...text } = tutti.useText();
  return JSON.stringify({
    connection: tutti.useConnection().status,
    indicator: tutti.useConnectionIndicator().label,
    room: tutti.useRoom().status,
    document: tutti.useDocument().text,
    text,
    people: [tutti.useParticipants(), tutti.useOthers(), tutti.useTyping(), tutti.useCursors()],
    messages: tutti.useMessages(),
    sync: tutti.useSyncStatus().hasUnsent,
  });
}

describe('the React hooks on a server', () => {
  it('render a room that is not there yet, and connect nothing', () => {
    const client = new Client('http://127.0.0.1:1');
    const html = renderToString(
      createElement(
        tutti.TuttiProvider,
        { client },
        createElement(tutti.ConnectionStatusIndicator, { showDetails: true }),
        createElement(tutti.RoomProvider, { id: 'song:1' }, createElement(Everything)),
      ),
    );
    assert.match(html, /<span role="status">Not connected<\/span>/);
    const said = JSON.parse((html.split('</span></span>').at(-1) ?? '').replaceAll('&quot;', '"'));
    assert.deepEqual(said, {
      connection: 'initial',
      indicator: 'Not connected',
      room: 'joining',
      document: '',
      text: { value: '', readOnly: true },
      people: [[], [], [], []],
      messages: [],
      sync: false,
    });
    assert.equal(client.status, 'initial');
  });

  it('render a board that is not there yet', () => {
    const plans = sharedBoard<{ title: string }>('plan');
    const client = new Client('http://127.0.0.1:1', { documents: [plans] });
    const Board = () => {
      const { board: _, ...view } = tutti.useBoard(plans, ({ title }) => title);
      return JSON.stringify([view, tutti.useSelections()]);
    };
    const room = createElement(tutti.RoomProvider, { id: 'plan:1' }, createElement(Board));
    const html = renderToString(createElement(tutti.TuttiProvider, { client }, room));
    assert.deepEqual(JSON.parse(html.replaceAll('&quot;', '"')), [{ canUndo: false, canRedo: false }, []]);
  });

  it('say which provider is missing', () => {
    assert.throws(() => renderToString(createElement(tutti.ConnectionStatusIndicator)), /no <TuttiProvider>/);
    const client = new Client('http://127.0.0.1:1');
    const alone = createElement(tutti.TuttiProvider, { client }, createElement(Everything));
    assert.throws(() => renderToString(alone), /no <RoomProvider>/);
  });
});
