import { useState } from 'react';
import type { RoomId } from '../../../shared/rooms.ts';
import { device } from '../visit/kept.ts';
import { plainSetting, type Setting } from './playing.ts';

/** Where it is kept how the visitor reads songs: letters and diagrams for all of them, key, capo and speed for each. */
const place = 'tutti reading';
/** Songs of which that is kept. */
const most = 500;

type Playing = Pick<Setting, 'transpose' | 'capo' | 'speed'>;

interface Reading extends Partial<Omit<Setting, keyof Playing>> {
  /** The newest last. */
  songs?: [room_id: string, playing: Playing][];
}

/** How the visitor reads a song, kept on this device, and how to change that. */
export function useSetting(room_id: RoomId): [setting: Setting, change: (setting: Setting) => void] {
  const [setting, setSetting] = useState(() => keptSetting(room_id));
  return [
    setting,
    (changed) => {
      keepSetting(room_id, changed);
      setSetting(changed);
    },
  ];
}

export function keptSetting(room_id: RoomId): Setting {
  const { songs, size, hasDiagrams } = reading();
  const { transpose, capo, speed } = songs?.find(([id]) => id === room_id)?.[1] ?? plainSetting;
  return {
    transpose: isWhole(transpose) ? transpose : plainSetting.transpose,
    capo: isWhole(capo) ? capo : plainSetting.capo,
    size: isWhole(size) ? size : plainSetting.size,
    hasDiagrams: hasDiagrams === true,
    speed: isWhole(speed) ? speed : plainSetting.speed,
  };
}

function keepSetting(room_id: RoomId, { size, hasDiagrams, transpose, capo, speed }: Setting): void {
  const others = (reading().songs ?? []).filter(([id]) => id !== room_id);
  const isPlain = transpose === 0 && capo === undefined && speed === plainSetting.speed;
  const own = isPlain ? [] : [[room_id, { transpose, capo, speed }]];
  device.write(place, { size, hasDiagrams, songs: [...others, ...own].slice(-most) });
}

function reading(): Reading {
  const kept = device.read<Reading>(place) ?? {};
  return Array.isArray(kept.songs) ? kept : { ...kept, songs: [] };
}

function isWhole(number: unknown): number is number {
  return Number.isSafeInteger(number);
}
