// @sd-jwt/jwt-status-list, which makes and reads lists of Token Status List; it verifies no signature.
import { readFileSync } from "node:fs";
import { getListFromStatusListJWT, StatusList } from "@sd-jwt/jwt-status-list";

const asked = JSON.parse(readFileSync(0, "utf8"));
const does = {
  // A list of these statuses, compressed.
  make: () => new StatusList(asked.statuses, asked.bits).compressStatusList(),
  // The statuses at these places of a list in a token.
  read: () => {
    const list = getListFromStatusListJWT(asked.token);
    return asked.indexes.map((index) => list.getStatus(index));
  },
};
try {
  console.log(JSON.stringify({ answer: does[asked.do]() }));
} catch (error) {
  console.log(JSON.stringify({ refused: String(error.message) }));
}
