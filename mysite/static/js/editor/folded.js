// Blocks of simple fields in closed panels: Wagtail draws every field of every block, and a form has dozens of fees.
// What they say stands in hidden inputs until somebody opens one: under the same names and in the same order, or Wagtail
// would find the page changed as soon as somebody looks.

{
  const written = (value) => String(value ?? "");

  /** Whether somebody commented on a block, or on something in it: comments look for its fields. */
  const isCommented = (id) => Boolean(id) && Boolean(document.getElementById("comments-data")?.textContent.includes(id));

  class Folded {
    constructor(definition, place, prefix, state) {
      Object.assign(this, { definition, prefix, state, type: definition.name, element: document.createElement("div") });
      const { settings, children } = definition.meta.formLayout.opts;
      for (const [name] of [...settings, ...children]) {
        const input = { type: "hidden", name: `${prefix}-${name}`, value: written(state[name]) };
        this.element.append(Object.assign(document.createElement("input"), input));
      }
      place.replaceWith(this.element);
      if (isCommented(this.element.closest("[data-contentpath]")?.dataset.contentpath)) this.unfold();
      else window.whenPlaced(this.element, () => this.unfold());
    }

    /** The block as Wagtail draws it. */
    unfold() {
      this.block ??= this.definition.drawn(this.element, this.prefix, this.state);
      return this.block;
    }

    setState(state) {
      this.unfold().setState(state);
    }

    setError(error) {
      if (error) this.unfold().setError(error);
      else this.block?.setError(error);
    }

    getState() {
      return this.block ? this.block.getState() : this.state;
    }

    getDuplicatedState() {
      return this.block ? this.block.getDuplicatedState() : this.state;
    }

    getValue() {
      return this.block ? this.block.getValue() : this.state;
    }

    getTextLabel(options) {
      if (this.block) return this.block.getTextLabel(options);
      return this.definition.meta.labelFormat.replace(/\{(\w+)\}/g, (_, name) => written(this.state[name]));
    }

    focus(options) {
      this.unfold().focus(options);
    }
  }

  class FoldedDefinition extends window.wagtailStreamField.blocks.StructBlockDefinition {
    render(place, prefix, state) {
      return new Folded(this, place, prefix, state ?? {});
    }

    drawn(place, prefix, state) {
      return super.render(place, prefix, state);
    }
  }

  window.telepath.register("formbuilder.Folded", FoldedDefinition);
}
