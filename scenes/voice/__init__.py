"""The film's voice: captions in spoken form, and engines that speak them without a network."""
