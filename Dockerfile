# Two images. What renders, with the recorded runs, 8 MB of code and Manim:
#
#   docker build --target film -t fedreel .
#   docker run --rm -v "$PWD/media:/work/media" fedreel film --quality low
#
# and what trains as well, with Flower and PyTorch for a processor:
#
#   docker build --target all -t fedreel-all .
#   docker run --rm -v "$PWD/runs:/work/runs" -v ~/cifar10:/data:ro \
#     --entrypoint fl-sim fedreel-all run mine --data /data
#
# Folders that are mounted have to be writable for the user 1000. The packages are those that
# requirements.txt pins, with their hashes.
FROM python:3.13-slim-trixie AS base
RUN apt-get update -qq && apt-get install -qq -y --no-install-recommends \
    libcairo2 libpango-1.0-0 libpangocairo-1.0-0 && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 1000 --create-home fedreel && install -d -o fedreel /work
ENV PATH=/opt/fedreel/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /work

FROM base AS build
RUN apt-get update -qq && apt-get install -qq -y --no-install-recommends \
    build-essential pkg-config libcairo2-dev libpango1.0-dev
WORKDIR /src
COPY pyproject.toml requirements.txt README.md LICENSE manim.cfg hatch_build.py ./
RUN python -m venv /opt/fedreel && \
    sed -n '/^uv==/,/[^\\]$/p' requirements.txt > /tmp/uv.txt && \
    /usr/local/bin/python -m pip install --quiet --require-hashes --requirement /tmp/uv.txt
ENV INSTALL="uv pip install --python /opt/fedreel/bin/python --build-constraint requirements.txt"
RUN $INSTALL --require-hashes --constraint requirements.txt --compile-bytecode \
    --requirement pyproject.toml
COPY fl_sim fl_sim
COPY scenes scenes
RUN $INSTALL --no-deps --compile-bytecode .

FROM build AS build-all
RUN $INSTALL --require-hashes --constraint requirements.txt --compile-bytecode \
    --requirement pyproject.toml --extra sim --extra ray

FROM base AS all
COPY --from=build-all /opt/fedreel /opt/fedreel
USER fedreel
ENTRYPOINT ["fedreel"]
CMD ["--help"]

# The last is what is built without --target.
FROM base AS film
COPY --from=build /opt/fedreel /opt/fedreel
USER fedreel
ENTRYPOINT ["fedreel"]
CMD ["film"]
