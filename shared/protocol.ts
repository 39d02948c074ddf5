/** The version of the protocol: a change of any schema is a change of it. Here, so that it comes to browsers without them. */
export const protocolVersion = 1;
