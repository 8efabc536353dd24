"""Every key of the mission of kind lesson, paper or project, as it was set: (track, level, kind) to keys."""

MISSION = {
    ("foundations", 101, "lesson"): """
        what-is-deep-learning network-history linear-algebra perceptron perceptron-trick
        perceptron-loss perceptron-limits mlp-notation mlp-intuition affine-and-nonlinearity
        forward-propagation loss-functions backprop-what backprop-how backprop-why backprop-memoization
        gradient-descent-types training-loop vanishing-gradients improving-a-network
        capacity-and-overfitting early-stopping learning-rate lr-schedulers feature-scaling dropout
        regularization activations relu-variants weight-init-mistakes xavier-he-init batch-norm ewma
        momentum nesterov adagrad rmsprop adam
    """,
    ("vision", 101, "lesson"): """
        image-as-function what-is-cnn convolution padding-and-strides pooling lenet conv-backprop
        numpy-cnn data-augmentation pretrained-models filters-and-feature-maps transfer-learning
        functional-models
    """,
    ("craft", 101, "lesson"): """
        hyperparameter-search experiment-manager host-a-model
    """,
    ("vision", 201, "lesson"): """
        standard-architectures model-as-maths pruning model-compression diffusion segmentation
        super-resolution image-generation image-to-text
    """,
    ("vision", 201, "paper"): """
        alexnet resnet vision-transformer
    """,
    ("vision", 301, "lesson"): """
        object-detection perception unsolved-vision
    """,
    ("language", 101, "lesson"): """
        word-meaning tokenization sentence-classification why-rnn rnn-forward rnn-types bptt
        rnn-problems lstm gru deep-rnns bidirectional-rnns llm-history
    """,
    ("language", 201, "lesson"): """
        encoder-decoder attention bahdanau-luong transformer-intro self-attention scaled-dot-product
        attention-geometry multi-head positional-encoding layer-norm transformer masked-attention
        cross-attention transformer-decoder transformer-inference language-transfer fine-tuning
        augmented-search question-answering phrase-similarity
    """,
    ("language", 301, "lesson"): """
        multi-llm llm-agents reinforcement-learning hallucination unsolved-language advanced-papers
    """,
    ("tabular", 101, "lesson"): """
        decision-trees tabular-networks collaborative-filtering
    """,
    ("tabular", 201, "lesson"): """
        time-series
    """,
    ("tabular", 101, "project"): """
        churn admission income movies
    """,
    ("vision", 101, "project"): """
        digits objects-10 cat-dog pets
    """,
    ("vision", 201, "project"): """
        objects-1000 segment upscale generate caption
    """,
    ("language", 101, "project"): """
        sentiment next-word
    """,
    ("language", 201, "project"): """
        translate tiny-gpt fine-tune ask-documents similar-phrases
    """,
    ("language", 301, "project"): """
        agent play
    """,
}

FEATURES = """
    landscape cookbook network-visualizations experiments tuner web-apps from-scratch-engine
    pytorch-and-keras progress-record cheat-sheets resources competitions hundred-days notebooks
    hub-libraries
"""
