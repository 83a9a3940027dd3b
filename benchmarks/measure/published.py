"""Published results, as their papers or independent reruns give them.

Long horizon: MSE of the standardised channels; SegRNN: Lin et al. 2023; SparseTSF: Lin
et al. 2024; PatchTST: Nie et al. 2023; NLinear and DLinear: Zeng et al. 2023; TiDE: Das
et al. 2023; iTransformer: Liu et al. 2024; Informer: Zhou et al. 2021, DeepAR: Salinas
et al. 2020. M4: Makridakis, Spiliotis and Assimakopoulos 2020. NN5: Hewamalage,
Bergmeir and Bandara 2021; Godahewa et al., Monash archive, 2021.
"""

# Name, lookback, and MSE at 96, 192, 336, 720 steps.
ETTH1 = (
    ("SparseTSF", "720", (0.362, 0.404, 0.434, 0.427)),
    ("SegRNN, its paper", "720", (0.351, 0.392, 0.423, 0.466)),
    ("NLinear", "336", (0.374, 0.408, 0.429, 0.440)),
    ("SegRNN, rerun, all windows", "96", (0.368, 0.408, 0.444, 0.446)),
    ("TiDE", "720", (0.375, 0.412, 0.435, 0.454)),
    ("SegRNN, rerun, all windows", "720", (0.367, 0.407, 0.437, 0.480)),
    ("DLinear", "336", (0.375, 0.405, 0.439, 0.472)),
    ("PatchTST", "720", (0.375, 0.418, 0.462, 0.495)),
    ("iTransformer", "96", (0.386, 0.441, 0.487, 0.503)),
    ("PatchTST", "96", (0.414, 0.460, 0.501, 0.500)),
    ("Informer", "", (0.865, 1.008, 1.107, 1.181)),
    ("DeepAR", "", (1.097, 1.080, 1.076, 1.079)),
    ("plain GRU", "", (1.135, 1.123, 1.080, 1.089)),
)

# Name, sMAPE, MASE, OWA.
M4_WEEKLY = (
    ("best of all 61 entries", 6.582, 2.107, 0.739),
    ("global LSTM (Bandara)", 7.301, 2.416, 0.834),
    ("ES-RNN, the winner of M4", 7.817, 2.356, 0.851),
    ("Comb", 8.944, 2.432, 0.926),
    ("Theta", 9.093, 2.637, 0.971),
    ("organisers' RNN", 15.220, 5.132, 1.755),
)

# Name, MASE, sMAPE.
NN5_DAILY = (
    ("TBATS", 0.858, 21.19),
    ("ETS", 0.865, 21.57),
    ("Theta", 0.885, 22.01),
    ("WaveNet (Monash archive)", 0.916, 22.73),
    ("DeepAR (Monash archive)", 0.919, 23.85),
    ("stacked LSTM of Hewamalage et al.", 0.966, 23.83),
    ("N-BEATS (Monash archive)", 1.134, 28.58),
)
