// Says the number of the payment that was taken just now; not again when the page is opened anew.
import { announce } from "./follow.js";

const number = document.querySelector(".number");
const [opened] = performance.getEntriesByType("navigation");
if (opened?.type === "navigate") announce({ amount: Number(number.dataset.amount), number: number.textContent });
