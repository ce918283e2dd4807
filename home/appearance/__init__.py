"""How the site looks: by the commune’s arms and colours, and by what a reader chose."""
