"use strict";
// Pictures of a product are dragged into their order, or moved by buttons. What is sent is the order of the page.
addEventListener("DOMContentLoaded", () => {
    const list = document.querySelector(".store-pictures");
    let dragged = null;
    const place = (picture, other, isAfter) => other.parentNode.insertBefore(picture, isAfter ? other.nextSibling : other);

    list?.addEventListener("click", ({ target }) => {
        const picture = target.closest("li");
        if (target.matches(".store-earlier") && picture.previousElementSibling) {
            place(picture, picture.previousElementSibling, false);
        } else if (target.matches(".store-later") && picture.nextElementSibling) {
            place(picture, picture.nextElementSibling, true);
        } else {
            return;
        }
        target.focus();
    });
    list?.addEventListener("dragstart", (event) => {
        dragged = event.target.closest("li");
        event.dataTransfer.effectAllowed = "move";
    });
    list?.addEventListener("dragover", (event) => {
        const over = event.target.closest("li");
        if (!dragged || !over) {
            return;
        }
        event.preventDefault();
        if (over !== dragged) {
            const { left, width } = over.getBoundingClientRect();
            place(dragged, over, event.clientX > left + width / 2);
        }
    });
    list?.addEventListener("drop", (event) => event.preventDefault());
    list?.addEventListener("dragend", () => {
        dragged = null;
    });
});
