/** A hue that follows from a user's id, in degrees: everyone sees someone in the same colour. */
export function hueOf(user_id: string): number {
  let hue = 0;
  for (const letter of user_id) hue = (hue * 31 + letter.charCodeAt(0)) % 360;
  return hue;
}
