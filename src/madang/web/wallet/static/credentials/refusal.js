// What a wallet refuses, by a code that the pages have words for (`wallet.credentials.refusals`).
export class Refusal extends Error {
  constructor(code, details = {}) {
    super(code);
    this.code = code;
    this.details = details;
  }
}
