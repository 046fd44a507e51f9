// Says at the field that a file is too large, before all of it is sent; and that whoever gives one agrees.
const MOST = 8 * 1024 * 1024;
const file = document.getElementById("evidence"), agree = document.getElementById("agree");
const name = document.getElementById("evidence-name");

if (file) {
  const check = () => {
    const chosen = file.files[0];
    name.textContent = chosen?.name ?? name.dataset.none;
    file.setCustomValidity(chosen?.size > MOST ? file.dataset.tooLarge : "");
    agree.required = file.required || Boolean(chosen);
  };
  file.addEventListener("change", () => {
    check();
    file.reportValidity();
  });
  check();
}
