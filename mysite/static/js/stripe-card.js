// Stripe's own fields for the card, in Stripe's frame: nothing of a card number is ever on our page.

const root = document.getElementById("card");
const { publicKey, clientSecret, returnUrl } = root.dataset;
const form = document.getElementById("card-form");
const fault = document.getElementById("card-fault");
const button = form.querySelector("button");

const stripe = window.Stripe(publicKey, { locale: document.documentElement.lang });
const elements = stripe.elements({ clientSecret });
elements.create("payment").mount(root);
form.hidden = false;

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  button.disabled = true;
  const { error } = await stripe.confirmPayment({ elements, confirmParams: { return_url: returnUrl } });
  button.disabled = false; // who comes here was refused: a card that went through has left the page
  fault.textContent = error?.message ?? "";
  fault.parentElement.hidden = !error;
});
