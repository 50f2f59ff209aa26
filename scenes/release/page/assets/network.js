// A LeNet as PyTorch computes it, from the safetensors file of a record. Photos are bytes, row by
// row, with red, green and blue of each pixel. Nothing here knows of the page.

(globalThis.fedreel ??= {}).network = (() => {
"use strict";

const SIDE = 32; // pixels of a photo
const CHANNELS = 3;

function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

// Returns each parameter of a safetensors file by name, with its shape and values.
function weightsOf(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const start = 8 + Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start)));
  const named = Object.entries(header).filter(([name]) => name !== "__metadata__");
  return Object.fromEntries(named.map(([name, { shape, data_offsets: [from, to] }]) => {
    const values = Float32Array.from({ length: (to - from) / 4 }, (_, i) => view.getFloat32(start + from + 4 * i, true));
    return [name, { shape, values }];
  }));
}

// Returns a photo with each channel apart, from -1 to 1.
function normalised(pixels) {
  const area = SIDE * SIDE;
  const found = new Float32Array(CHANNELS * area);
  for (let i = 0; i < area; i += 1) {
    for (let channel = 0; channel < CHANNELS; channel += 1) {
      found[channel * area + i] = pixels[CHANNELS * i + channel] / 127.5 - 1;
    }
  }
  return { values: found, depth: CHANNELS, side: SIDE };
}

function convolved(image, { shape: [filters, depth, kernel], values }, bias) {
  const side = image.side - kernel + 1;
  const found = new Float32Array(filters * side * side);
  for (let filter = 0; filter < filters; filter += 1) {
    for (let y = 0; y < side; y += 1) {
      for (let x = 0; x < side; x += 1) {
        let sum = bias.values[filter];
        for (let channel = 0; channel < depth; channel += 1) {
          for (let i = 0; i < kernel; i += 1) {
            const from = (channel * image.side + y + i) * image.side + x;
            const weight = ((filter * depth + channel) * kernel + i) * kernel;
            for (let j = 0; j < kernel; j += 1) sum += values[weight + j] * image.values[from + j];
          }
        }
        found[(filter * side + y) * side + x] = sum;
      }
    }
  }
  return { values: found, depth: filters, side };
}

// The largest of each two by two, or zero where all are negative.
function pooled(image) {
  const side = image.side >> 1;
  const found = new Float32Array(image.depth * side * side);
  for (let channel = 0; channel < image.depth; channel += 1) {
    for (let y = 0; y < side; y += 1) {
      for (let x = 0; x < side; x += 1) {
        const at = (channel * image.side + 2 * y) * image.side + 2 * x;
        const { values } = image;
        found[(channel * side + y) * side + x] =
          Math.max(0, values[at], values[at + 1], values[at + image.side], values[at + image.side + 1]);
      }
    }
  }
  return { values: found, depth: image.depth, side };
}

function dense(input, { shape: [outputs, inputs], values }, bias) {
  return Float32Array.from({ length: outputs }, (_, i) => {
    let sum = bias.values[i];
    for (let j = 0; j < inputs; j += 1) sum += values[i * inputs + j] * input[j];
    return sum;
  });
}

function softmax(logits) {
  const most = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp(logit - most));
  const sum = powers.reduce((one, other) => one + other);
  return powers.map((power) => power / sum);
}

const positive = (values) => values.map((value) => Math.max(0, value));

// Returns the probability of each class for a photo.
function probabilities(weights, pixels) {
  const layer = (name) => [weights[`${name}.weight`], weights[`${name}.bias`]];
  const first = pooled(convolved(normalised(pixels), ...layer("conv1")));
  const second = pooled(convolved(first, ...layer("conv2")));
  const third = positive(dense(second.values, ...layer("fc1")));
  return softmax(dense(positive(dense(third, ...layer("fc2"))), ...layer("fc3")));
}

const likeliest = (row) => row.indexOf(Math.max(...row));

// Returns updates: the weights of each by name. They are kept as bytes, in steps of each parameter.
function updatesOf({ parameters, sizes, updates }) {
  return updates.map(({ values, steps }) => {
    const all = new Int8Array(bytesOf(values).buffer);
    let end = 0;
    return Object.fromEntries(parameters.map((name, i) => {
      end += sizes[i];
      return [name, Float32Array.from(all.subarray(end - sizes[i], end), (value) => value * steps[i])];
    }));
  });
}

// Returns a model's weights, to which some updates are added, each by its share.
function updated(weights, updates, shares) {
  return Object.fromEntries(Object.entries(weights).map(([name, { shape, values }]) => {
    const found = Float32Array.from(values, (value, i) => updates.reduce((sum, one, k) => sum + shares[k] * one[name][i], value));
    return [name, { shape, values: found }];
  }));
}

return { SIDE, bytesOf, weightsOf, updatesOf, updated, probabilities, likeliest };
})();
