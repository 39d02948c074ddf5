/** What tokens are signed with; this one everybody knows. */
export const secret = process.env.JWT_SECRET ?? 'a secret that is for trying out alone';
