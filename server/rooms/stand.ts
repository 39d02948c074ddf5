/** Where a room stands: how many entries its log has, and in which history. */
export interface Stand {
  epoch: string;
  revision: number;
}
