// Shows one line more of the basket.
const more = document.getElementById("more");
const rest = () => document.querySelector(".line[hidden]");

more.hidden = !rest();
more.addEventListener("click", () => {
  const next = rest();
  next.hidden = false;
  next.querySelector("select").focus();
  more.hidden = !rest();
});
