/** Where replicas outlive a reload. A key's value is JSON. Rejects where it can not be kept. */
export interface ReplicaStorage {
  get(key: string): Promise<unknown>;
  /** Resolves with `false` where that does not outlive the page. */
  set(key: string, value: unknown): Promise<unknown>;
  delete(key: string): Promise<void>;
  keys(): Promise<string[]>;
}
