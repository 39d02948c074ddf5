export interface ConnectionOptions {
  /**
   * A JWT, or a function that is asked for one on every attempt and before the old one expires. A TypeError, as fetch()
   * throws without a network, says that it could not be asked for; any other error, that there is none to be had.
   */
  token?: string | (() => string | Promise<string>);
  /** What the server's paths begin with, such as `/tutti`: its BASE_PATH. Default: nothing. */
  basePath?: string;
  /** Where Socket.IO is: its SOCKET_PATH. Default: `socket.io` under `basePath`. */
  socketPath?: string;
  /** Socket.IO's: what the server has as `namespace`. Default: `/`. */
  namespace?: string;
  /** How often to try again in a row before giving up. Default: without limit. */
  maxReconnectAttempts?: number;
  /** In the order in which they are tried. Default: WebSocket, and polling where that is blocked. */
  transports?: ('websocket' | 'polling')[];
  /** Sends the cookies of the page along: for balancers that hold polling clients by a cookie. Default: false. */
  withCredentials?: boolean;
  /** How long an attempt, or an answer, may take, in milliseconds. Default: 10,000. */
  timeout?: number;
}
