import Language

/// The formulas and sources of verbs that compute what was published.
extension Background {
    private static let safeDiffusion =
        "Kumar et al., \"SafeDiffusion-R1: Online Reward Steering for Safe Diffusion Post-Training\", arXiv 2605.18719"
    private static let groupRelative = "Shao et al. 2024, \"DeepSeekMath\" (GRPO), arXiv 2402.03300"
    private static let denoisingSteps =
        "Black et al. 2024, \"Training Diffusion Models with Reinforcement Learning\", arXiv 2305.13301"
    private static let implicitModels = "Song et al. 2021, \"Denoising Diffusion Implicit Models\", arXiv 2010.02502"
    private static let denoisingModels =
        "Ho et al. 2020, \"Denoising Diffusion Probabilistic Models\", arXiv 2006.11239"
    private static let noClassifier =
        "Ho and Salimans 2022, \"Classifier-Free Diffusion Guidance\", arXiv 2207.12598"

    // MARK: Steering

    static let direction = Background(
        [
            ("v = normalize(mean z(safe) − mean z(unsafe))", "`mean`; z: embeddings of length 1; without one side 0"),
            ("v = normalize(Σ⁻¹ (mean z(safe) − mean z(unsafe)))", "`lda`; Σ: the shrunk covariance within the sides"),
            ("‖mean z(safe) − mean z(unsafe)‖", "the mean difference that is printed, and the `weight` in sums"),
            ("AUC = P(z(safe)·v > z(unsafe)·v)", "the chance that a safe prompt lies further along v"),
        ],
        sources: [
            safeDiffusion,
            "Ledoit and Wolf 2004, \"A well-conditioned estimator for large-dimensional covariance matrices\"",
        ])

    static let steer = Background(
        [
            ("z' = normalize(z + s v)", "the step s by `mode`"),
            ("s = α", "`translation`, the paper's"),
            ("s = α − z·v", "`projection`: the part along v becomes α"),
            ("s = −z·v", "`ablation`: the part along v goes"),
            ("s = α z·v", "`amplification`"),
            ("s = max(α − z·v, 0)", "`clamp`"),
            ("z' = normalize(z + g (T(z) − z))", "`transport`, with the gate g"),
            (
                "T(z) = μ_s + A (z − μ_u), A = Σ_u^−½ (Σ_u^½ Σ_s Σ_u^½)^½ Σ_u^−½",
                "between Gaussians of the unsafe (u) and safe (s) side"
            ),
        ],
        sources: [
            safeDiffusion,
            "Belrose et al. 2023, \"LEACE: Perfect linear concept erasure in closed form\", arXiv 2306.03819",
        ])

    static let probe = Background(
        [("z·v", "the safety of an embedding of length 1, a cosine"), ("z'·v", "after steering, see `??steer`")],
        sources: [safeDiffusion])

    static let reward = Background(
        [
            ("r = x·z'", "x: the picture's embedding, z' the prompt's after steering"),
            ("r = (x·z + α x·v) / ‖z + α v‖", "with `translation`: alignment, safety and what scales both"),
        ],
        sources: [safeDiffusion])

    static let breakEven = Background(
        [
            (
                "α = (x_u·z − x_s·z) / (x_s·v − x_u·v)",
                "with `translation`: where the safe picture (s) and the unsafe one (u) earn the same"
            )
        ],
        sources: [safeDiffusion])

    static let describe = Background(
        [("min ½‖v − Σ w c‖² + λ Σ w, w ≥ 0", "over concepts c without what all texts share")],
        sources: [
            "Bhalla et al. 2024, \"Interpreting CLIP with Sparse Linear Concept Embeddings (SpLiCE)\", arXiv 2402.10376"
        ])

    static let attribute = Background(
        [
            ("z(p)·v − z(p without the word)·v", "a word left out"),
            ("(e − e₀) · ∫₀¹ ∇(z·v)(e₀ + t (e − e₀)) dt", "integrated gradients over the embedding e of a word"),
        ],
        sources: ["Sundararajan et al. 2017, \"Axiomatic Attribution for Deep Networks\", arXiv 1703.01365"])

    static let transport = Background(
        [
            ("min ‖X W − Y‖² + λ‖W‖²", "`ridge`; X, Y: the prompts' embeddings in the two spaces"),
            ("min ‖X R − Y‖², Rᵀ R = 1", "`procrustes`"),
        ],
        sources: ["Schönemann 1966, \"A generalized solution of the orthogonal Procrustes problem\""])

    static let embeddingMap = Background(
        [("min Σ p log(p / q)", "`tsne`; p, q: how near two points are in the space and on the map")],
        sources: [
            "van der Maaten and Hinton 2008, \"Visualizing Data using t-SNE\"",
            "McInnes, Healy and Melville 2018, \"UMAP\", arXiv 1802.03426",
        ])

    // MARK: GRPO

    static let rollout = Background(
        [("log p = mean log N(x'; μ, σ²)", "of a step, averaged over the latent's dimensions")],
        sources: [implicitModels, denoisingSteps])

    static let advantages = Background(
        [
            (
                "A = (r − mean(r)) / (std(r) + 1e-8)",
                "the mean of the group, the unbiased std of the round or group; clipped to ± `advantage_clip`"
            )
        ],
        sources: [groupRelative, safeDiffusion])

    static let objective = Background(
        [
            ("ρ = exp(log p_new − log p_old)", "of a denoising step"),
            ("L = mean max(−A ρ, −A clip(ρ, 1 − ε, 1 + ε)) + β KL", "β: `kl`, and `keep_kl` for prompts that are kept"),
            ("KL = (μ_new − μ_start)² / 2σ²", "to the start, averaged over the latent's dimensions"),
        ],
        sources: [safeDiffusion, groupRelative, denoisingSteps])

    static let trainer = Background(
        objective.formulas.map { ($0.text, "`grpo`: " + $0.meaning) } + [
            ("r ‖v⁺ − v‖² + (1 − r) ‖v⁻ − v‖²", "`nft`, with v⁺ = (1 − β) v_old + β v_θ, v⁻ = (1 + β) v_old − β v_θ"),
            ("−log σ(−½ β Δ)", "`dpo`; Δ: how much worse the better picture is denoised than by the start"),
            ("‖ε_θ(x, c) − (ε(x) − η (ε(x, c) − ε(x)))‖²", "`esd`; ε of the start"),
            ("−r", "`reward`: through the last denoising steps"),
        ],
        sources: [
            safeDiffusion, groupRelative, denoisingSteps, "DiffusionNFT: Zheng et al. 2025, arXiv 2509.16117",
            "AWM: Xue et al. 2025, arXiv 2509.25050", "Diffusion-DPO: Wallace et al. 2023, arXiv 2311.12908",
            "DRaFT: Clark et al. 2023, arXiv 2309.17400", "ESD: Gandikota et al. 2023, arXiv 2303.07345",
        ])

    // MARK: Evaluation

    static let frechet = Background(
        [("‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2 (Σ₁ Σ₂)^½)", "means and covariances of the features of both sets")],
        sources: ["Heusel et al. 2017, \"GANs Trained by a Two Time-Scale Update Rule\", arXiv 1706.08500"])

    static let clipScore = Background(
        [("mean x·z", "without the paper's factor 2.5, and without cutting off what is below 0")],
        sources: ["Hessel et al. 2021, \"CLIPScore\", arXiv 2104.08718"])

    static let q16 = Background(
        [("softmax(100 x·p)", "p: the two embeddings, of length 1")],
        sources: ["Schramowski, Tauchmann and Kersting 2022, \"Can Machines Help Us Answering Question 16\""])

    // MARK: Diffusion

    static let sample = Background(
        [
            ("ε = ε(x) + g (ε(x, c) − ε(x))", "guidance g of the prompt c against the negative or empty one"),
            (
                "x' = √ᾱ' x̂₀ + √(1 − ᾱ' − σ²) ε + σ n",
                "a step of `ddim`, with σ = η √((1 − ᾱ') / (1 − ᾱ)) √(1 − ᾱ / ᾱ') and noise n"
            ),
        ],
        sources: [
            implicitModels, noClassifier, denoisingModels, "`dpm++`: Lu et al. 2022, arXiv 2211.01095",
            "`euler`, `heun`, `kdpm2`, `lms`: Karras et al. 2022, arXiv 2206.00364",
            "`pndm`: Liu et al. 2022, arXiv 2202.09778", "`unipc`: Zhao et al. 2023, arXiv 2302.04867",
            "`deis`: Zhang and Chen 2022, arXiv 2204.13902", "`lcm`: Luo et al. 2023, arXiv 2310.04378",
            "`tcd`: Zheng et al. 2024, arXiv 2402.19159",
        ])

    static let denoise = Background(
        [
            ("x̂₀ = (x − √(1 − ᾱ) ε) / √ᾱ", "what the picture would be"),
            (
                "x' = √ᾱ' x̂₀ + √(1 − ᾱ' − σ²) ε + σ n",
                "with σ = η √((1 − ᾱ') / (1 − ᾱ)) √(1 − ᾱ / ᾱ') and noise n"
            ),
        ],
        sources: [implicitModels])

    static let denoisingError = Background(
        [("mean (ε − ε_θ(√ᾱ x₀ + √(1 − ᾱ) ε, c))²", "x₀: the picture's latents, ε: noise, c: the prompt")],
        sources: [denoisingModels])

    static let erase = Background(
        [
            (
                "min Σ s ‖W' c − W c*‖² + Σ p ‖W' k − W k‖² + λ ‖W' − W‖²",
                "c: states of what is erased, c* of what stands in its place, k of what is preserved"
            ),
            ("c' = (Σ W'ᵀ W' + r)⁻¹ Σ W'ᵀ W c", "RECE: the states to erase in the next round"),
        ],
        sources: [
            "UCE: Gandikota et al. 2024, \"Unified Concept Editing in Diffusion Models\", arXiv 2308.14761",
            "RECE: Gong et al. 2024, \"Reliable and Efficient Concept Erasure\", arXiv 2407.12383",
        ])
}
