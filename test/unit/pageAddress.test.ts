import assert from 'node:assert/strict';
import { addressOf } from '../../client/web/address.ts';
import { parseRoomId } from '../../shared/rooms.ts';

describe('an address of the page', () => {
  for (const [path, canonical] of Object.entries({
    '/song/new': '/song/new',
    '/song/new/': '/song/new',
    "/song/it's": '/song/it%27s',
    '/song/rock&roll': '/song/rock%26roll',
    '/song/love!': '/song/love%21',
    '/song/f%C3%BCr-elise': '/song/f%C3%BCr-elise',
    '/song/a+b,c;d=e@f:g$(h)*': '/song/a%2Bb%2Cc%3Bd%3De%40f%3Ag%24%28h%29%2A',
    '/session//evening': '/session/evening',
  })) {
    it(`${path} is the room at ${canonical}, however often it is read`, () => {
      const address = addressOf(path);
      assert.ok('path' in address);
      assert.equal(address.path, canonical);
      assert.equal(parseRoomId(address.room_id), address.room_id);
      assert.deepEqual(addressOf(address.path), address);
    });
  }

  for (const [path, meant] of Object.entries({
    '/song': undefined,
    '/session/': undefined,
    '/songs': undefined,
    '/hello': '/song/hello',
    '/songs/hello': '/song/hello',
    '/Song/hello': '/song/hello',
    '/sessions/evening': '/session/evening',
    '/song/hello/world': '/song/hello-world',
    [`/song/${'a'.repeat(200)}`]: `/song/${'a'.repeat(128)}`,
    [`/song/${'%C3%BC'.repeat(40)}`]: `/song/${'%C3%BC'.repeat(21)}`,
  })) {
    it(`${path.slice(0, 30)} is none, but may be meant for ${meant?.slice(0, 30)}`, () => {
      assert.deepEqual(addressOf(path), { meant });
      if (meant !== undefined) assert.ok('path' in addressOf(meant));
    });
  }
});
