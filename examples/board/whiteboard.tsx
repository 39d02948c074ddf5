import { type KeyboardEvent, type PointerEvent, useRef } from 'react';
import { sharedText } from 'tutti/board';
import { useBoard, useBoardText } from 'tutti/react';
import { usePlace } from './place.ts';
import { type Note, plans } from './plan.ts';

const colors = ['#ffe68f', '#ffc9b8', '#c4ecc9', '#c5dcff', '#e5d1ff'];
const arrows: Record<string, [number, number]> = {
  ArrowLeft: [-10, 0],
  ArrowRight: [10, 0],
  ArrowUp: [0, -10],
  ArrowDown: [0, 10],
};

export function Whiteboard() {
  const { board, selected: notes = [] } = useBoard(plans, (plan) => plan.notes);
  const ids = board?.ids(['notes']) ?? [];
  function add() {
    const at = (notes.length * 40) % 320;
    const color = colors[notes.length % colors.length];
    board?.insert(['notes'], { x: 40 + at, y: 80 + at, color, text: sharedText() });
  }
  return (
    <section aria-label="Whiteboard">
      <button type="button" onClick={add}>
        Add a note
      </button>
      {notes.map((note, index) => (
        <Card key={ids[index]} id={ids[index] ?? ''} note={note} />
      ))}
    </section>
  );
}

function Card({ id, note: { x, y, color } }: { id: string; note: Note }) {
  const { board } = useBoard(plans, () => undefined);
  const place = usePlace(id);
  const grip = useRef({ x: 0, y: 0 });
  const path = ['notes', id];

  function drag({ currentTarget, pointerId, clientX, clientY }: PointerEvent) {
    if (!currentTarget.hasPointerCapture(pointerId)) return;
    board?.update(path, { x: clientX - grip.current.x, y: clientY - grip.current.y });
  }
  function press({ key }: KeyboardEvent) {
    const [right, down] = arrows[key] ?? [];
    if (right !== undefined && down !== undefined) board?.update(path, { x: x + right, y: y + down });
  }
  return (
    <article {...place} style={{ ...place.style, translate: `${x}px ${y}px`, background: color }}>
      <header>
        <button
          type="button"
          aria-label="Move"
          onPointerDown={({ currentTarget, pointerId, clientX, clientY }) => {
            grip.current = { x: clientX - x, y: clientY - y };
            currentTarget.setPointerCapture(pointerId);
          }}
          onPointerMove={drag}
          onPointerUp={() => board?.boundary()}
          onKeyDown={press}
        />
        <button type="button" aria-label="Delete" onClick={() => board?.delete(path)}>
          ×
        </button>
      </header>
      <textarea aria-label="Note" {...useBoardText(plans, [...path, 'text'])} />
    </article>
  );
}
