// Who signed out stays out, until a tap: a key that signs by itself would let the next person at this computer in.
const name = (area) => `madang-left ${area}`;

export const leave = (area) => localStorage.setItem(name(area), "yes");
export const cameBack = (area) => localStorage.removeItem(name(area));
export const hasLeft = (area) => localStorage.getItem(name(area)) === "yes";
