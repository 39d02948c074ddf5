import type { ReactElement } from 'react';

const paths = {
  bin: 'M5 7h14M10 7V4.500h4V7M7 7l1 13h8l1-13M10.500 10.500v6M13.500 10.500v6',
  chat: 'M4 5h16v11H10l-5 4v-4H4z',
  check: 'M5 12.500l4.5 4.500L19 7.5',
  close: 'M6 6l12 12M18 6L6 18',
  copy: 'M9 9h11v11H9zM15 9V4H4v11h5',
  diagram: 'M6 5h12v14H6zM10 5v14M14 5v14M6 9.700h12M6 14.300h12',
  down: 'M6 9.500l6 6 6-6',
  export: 'M12 4v11m-4.5-4L12 15.5 16.5 11M5 20h14',
  follow:
    'M12 12a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM5 20a7 7 0 0 1 9-6M15 18h6m-2.500-2.500L21 18l-2.500 2.500',
  import: 'M12 15.500V4m-4.5 4.500L12 4l4.5 4.500M5 20h14',
  less: 'M6 12h12',
  list: 'M9 6h11M9 12h11M9 18h11M4.500 6h.1M4.500 12h.1M4.500 18h.1',
  metronome: 'M9 4h6l3.500 16h-13zM12 15l5-9M7 15h10',
  more: 'M6 12h12M12 6v12',
  note: 'M9 18V6l10-2v12M9 18a2.5 2.5 0 1 1-2.5-2.500A2.5 2.5 0 0 1 9 18zm10-2a2.5 2.5 0 1 1-2.5-2.500A2.5 2.5 0 0 1 19 16z',
  offline: 'M4 4l16 16M8.5 8A6 6 0 0 0 6 11a4 4 0 0 0 0 8h11M12 7a6 6 0 0 1 5.5 4 4 4 0 0 1 3 6',
  pause: 'M8.5 5v14M15.5 5v14',
  pen: 'M5 19l1-4L16.5 4.500l3 3L9 18z',
  play: 'M8 5l11 7-11 7z',
  print: 'M7 9V4h10v5M7 16H4V9h16v7h-3M7 14h10v6H7z',
  redo: 'M19 9h-9a5 5 0 0 0 0 10h4M15 5l4 4-4 4',
  share: 'M12 15V4m-4 4l4-4 4 4M7 11H5v9h14v-9h-2',
  skip: 'M6 5l10 7-10 7zM18.5 5v14',
  silence: 'M4 10v4h3l5 4V6L7 10zM16 10l4 4M20 10l-4 4',
  sound: 'M4 10v4h3l5 4V6L7 10zM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11',
  stage: 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5',
  undo: 'M5 9h9a5 5 0 0 1 0 10h-4M9 5L5 9l4 4',
  up: 'M6 14.500l6-6 6 6',
  vote: 'M12 20s-7.5-4.5-7.5-10A4 4 0 0 1 12 7.5 4 4 0 0 1 19.5 10c0 5.5-7.5 10-7.5 10z',
} as const;

export type IconName = keyof typeof paths;

/** A picture beside words, or in a button that has its name as a label. */
export function Icon({ name }: { name: IconName }): ReactElement {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
