// What is no OTLP: the one error of everything that reads a request's body.

/** Its words are for the sender. */
export class Undecodable extends Error {
  constructor(what: string) {
    super(what);
    this.name = "Undecodable";
  }
}
