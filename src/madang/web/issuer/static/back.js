// Goes back to the wallet by itself. A redirect would not do: the policy of forms lets none lead to another site.
location.replace(document.getElementById("back").href);
