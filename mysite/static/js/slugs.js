// Says once that the address was numbered, because another page has it: see home/slugs.py.
let said = "";

document.addEventListener("w-autosave:success", ({ detail }) => {
  const text = detail.data?.field_updates?.["numbered-slug"] ?? "";
  if (text && text !== said) {
    document.dispatchEvent(new CustomEvent("w-messages:add", { detail: { text, type: "warning" } }));
  }
  said = text;
});
