// The editor: line numbers beside the text, the place of a problem, and a copy of the text that this browser keeps.
const text = document.getElementById("text"), numbers = document.querySelector(".numbers");
const KEPT = "madang.console.text";

function number() {
  const lines = text.value.split("\n").length;
  numbers.textContent = Array.from({ length: lines }, (_, line) => line + 1).join("\n");
  numbers.scrollTop = text.scrollTop;
}

text.addEventListener("input", () => { number(); localStorage.setItem(KEPT, text.value); });
text.addEventListener("scroll", () => { numbers.scrollTop = text.scrollTop; });
if (text.value.trim()) localStorage.setItem(KEPT, text.value);
else text.value = localStorage.getItem(KEPT) ?? "";
number();

for (const link of document.querySelectorAll("a.go")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    const lines = text.value.split("\n"), line = Number(link.dataset.line);
    const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0) + Number(link.dataset.column) - 1;
    text.focus();
    text.setSelectionRange(start, start + 1);
    text.scrollTop = (line - 4) * (text.scrollHeight / lines.length);
  });
}
