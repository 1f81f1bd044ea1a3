/** One method of the JSON door. `path` is a google.api.http template; `body` the field that is the body, "*" for all, "" for none. */
export interface Method<Request, Response> {
  verb: string;
  path: string;
  body: string;
  /** Carries the types only; never set. */
  types?: (request: Request) => Response;
}

/** A message as one sends it: whatever is left out has its zero value. */
export type Input<T> = T extends (infer Item)[] ? Input<Item>[] : T extends Blob ? T : T extends object ? { [Key in keyof T]?: Input<T[Key]> } : T;
